-- A batch settles its failures in one statement, and looks only at those that are open or were settled after it begins, in one
-- descent of an index for each pair. It took two to find them, and the update looked at all failures of a pair for each.

create index failure_total_unsettled_idx
  on failure_total (recipient_domain, organization_name, coalesce(clean_at, timestamptz 'infinity'), start_datetime);
drop index failure_total_clean_at_idx;

-- Whoever is silent lets two days pass at least (reporter_rhythm), so the rhythm is worked out only where they did.
create or replace function silent_after(domain text, organization text, since timestamptz, until timestamptz) returns timestamptz
  language plpgsql stable parallel safe cost 1 set plan_cache_mode = force_generic_plan as $$
begin
  return (
    with rhythm as materialized (
      select patience from tlsrpt.reporter_rhythm(domain, organization, since + interval '1 microsecond'))
    select min(end_datetime + (select patience from rhythm))
    from (
      select end_datetime, lead(start_datetime, 1, until) over (order by start_datetime) as next
      from tlsrpt.session_total
      where recipient_domain = domain and organization_name = organization
        and start_datetime >= since and start_datetime < until
        and end_datetime <= (select tlsrpt.horizon())) report
    where next > end_datetime + interval '48 hours' and next > end_datetime + (select patience from rhythm));
end $$;

drop function settlement(text, text, timestamptz);
create function settlement(domain text, organization text, since timestamptz)
  returns table (clean_at timestamptz, silent_at timestamptz) language sql stable
begin atomic
  -- A reporter that is clean within three days was never silent.
  select clean.at,
         case when clean.at - since > interval '3 days' then silent_after(domain, organization, since, clean.at) end
  from (select (select c.clean_at from clean_since(domain, organization, since) c) as at offset 0) clean;
end;
comment on function settlement(text, text, timestamptz) is
  'When a failure that an organization reported on a domain in a period was over: the same for all of the period';

-- Each join has one good way, which the planner cannot know: it takes what is unsettled for a third of all, and would compile
-- (JIT) what is done in a millisecond.
create or replace function settle_failures() returns trigger language plpgsql
  set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  with pair as materialized (
    select recipient_domain, organization_name, min(start_datetime) as since from stored group by 1, 2 order by 1, 2),
  settled as materialized (
    select f.ctid as place, s.clean_at, s.silent_at
    from pair
    join tlsrpt.failure_total f
      on f.recipient_domain = pair.recipient_domain and f.organization_name = pair.organization_name
      and coalesce(f.clean_at, timestamptz 'infinity') > pair.since and f.start_datetime <= (select tlsrpt.horizon())
    cross join lateral tlsrpt.settlement(f.recipient_domain, f.organization_name, f.start_datetime) s)
  update tlsrpt.failure_total f
  set clean_at = s.clean_at, silent_at = s.silent_at
  from settled s
  where f.ctid = s.place and (f.clean_at, f.silent_at) is distinct from (s.clean_at, s.silent_at);
  return null;
end $$;
