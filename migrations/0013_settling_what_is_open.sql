-- A batch settles what is open, and no longer looks pair by pair whether anything is: that took half of the time that
-- settling needs, and more of it the more was stored. What is settled, and how, stays as it was.

-- The lateral query is worked out for each pair of the batch: two descents of failure_total_clean_at_idx.
create or replace function settle_failures() returns trigger language plpgsql
  set plan_cache_mode = force_generic_plan as $$
declare
  open record;
begin
  for open in
    select pair.recipient_domain, pair.organization_name, pair.since, unsettled.start_datetime
    from (select recipient_domain, organization_name, min(start_datetime) as since from stored group by 1, 2) pair
    cross join lateral (
      select start_datetime
      from tlsrpt.failure_total
      where recipient_domain = pair.recipient_domain and organization_name = pair.organization_name
        and clean_at is null and start_datetime <= (select tlsrpt.clock())
      union
      select start_datetime
      from tlsrpt.failure_total
      where recipient_domain = pair.recipient_domain and organization_name = pair.organization_name
        and clean_at > pair.since) unsettled
    order by 1, 2, 4
  loop
    update tlsrpt.failure_total f
    set clean_at = s.clean_at, silent_at = s.silent_at
    from tlsrpt.settlement(open.recipient_domain, open.organization_name, open.start_datetime) s
    where f.recipient_domain = open.recipient_domain and f.organization_name = open.organization_name
      and f.start_datetime = open.start_datetime and (f.clean_at is null or f.clean_at > open.since)
      and (f.clean_at, f.silent_at) is distinct from (s.clean_at, s.silent_at);
  end loop;
  return null;
end $$;
