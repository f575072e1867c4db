-- Settling failures, so that no report makes the later ones slow: what does not change is not written again, and what
-- lies in the future is not looked at.

create function settlement(domain text, organization text, since timestamptz, out clean_at timestamptz,
                           out silent_at timestamptz)
  language plpgsql stable as $$
begin
  clean_at := tlsrpt.clean_after(domain, organization, since);
  -- A reporter that is clean within three days was never silent.
  if clean_at - since > interval '3 days' then
    silent_at := tlsrpt.silent_after(domain, organization, since, clean_at);
  end if;
end $$;
comment on function settlement(text, text, timestamptz) is
  'When a failure that an organization reported on a domain in a period was over: the same for all of the period';

create or replace function settle_new_failure() returns trigger language plpgsql as $$
begin
  select s.clean_at, s.silent_at into new.clean_at, new.silent_at
  from tlsrpt.settlement(new.recipient_domain, new.organization_name, new.start_datetime) s;
  return new;
end $$;
drop function settle(failure_total);

-- What a new report may settle: found without a look at what is settled, of which there is ever more.
create index failure_total_clean_at_idx on failure_total (recipient_domain, organization_name, clean_at, start_datetime);
drop index failure_total_pair_idx;

-- Pair by pair, so that each is one look into an index. Whoever stores reports holds the locks of their pairs (lock_pairs).
create or replace function settle_failures() returns trigger language plpgsql as $$
declare
  pair record;
begin
  for pair in
    select recipient_domain, organization_name, min(start_datetime) as since from stored group by 1, 2 order by 1, 2
  loop
    with unsettled as (
      select distinct start_datetime
      from tlsrpt.failure_total
      where recipient_domain = pair.recipient_domain and organization_name = pair.organization_name
        and (clean_at is null and start_datetime <= tlsrpt.clock() or clean_at > pair.since))
    update tlsrpt.failure_total f
    set clean_at = s.clean_at, silent_at = s.silent_at
    from unsettled
    cross join lateral tlsrpt.settlement(pair.recipient_domain, pair.organization_name, unsettled.start_datetime) s
    where f.recipient_domain = pair.recipient_domain and f.organization_name = pair.organization_name
      and (f.clean_at is null or f.clean_at > pair.since)
      and f.start_datetime = unsettled.start_datetime
      and (f.clean_at, f.silent_at) is distinct from (s.clean_at, s.silent_at);
  end loop;
  return null;
end $$;

-- Of two transactions that store reports of one pair at once, neither would see the other's, and a failure could stay open
-- for good: they do so one after the other, until the end of each. All locks at once and in one order, or they would wait
-- for each other; few, because a report may name 10,000 domains, and the server's table of locks is small.
create function lock_pairs(domains text[], organizations text[], replaced bigint[]) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(x'746c7373'::integer, bucket)
  from (select distinct hashtext(domain || ' ' || organization) & 255 as bucket
        from (select * from unnest(domains, organizations)
              union all
              select recipient_domain, organization_name from tlsrpt.session_total where report_key = any (replaced)
             ) pair (domain, organization)
        order by 1) needed;
end $$;
comment on function lock_pairs(text[], text[], bigint[]) is
  'Waits until nobody else stores reports of these organizations on these domains, or of the pairs of reports to be replaced';

comment on column failure_total.result_type is 'RFC 8460 §4.3 result-type; unspecified where failures were counted and not detailed, and for what a report names beyond 500 kinds';
comment on column v_incident.result_type is 'What failed (RFC 8460 §4.3); unspecified where senders counted failures and gave no details, and for what a report names beyond 500 kinds';
comment on column message.seen_at is 'When it was first read, or read anew';
comment on column message.outcome is 'What became of it; a message read again keeps its first outcome, unless it was quarantined and its entries are gone';
