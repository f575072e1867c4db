-- Whether an incident was over when the same failed again is asked as it is of the last one: all organizations that saw it
-- must have been clean since, or have fallen silent while another was clean. Until now an incident of which that was not
-- known was called resolved because it failed again. Also, what was not yet so at clock() is not told.

create function proven_by_another(domain text, last_start timestamptz, before timestamptz) returns timestamptz
  language plpgsql stable parallel safe as $$
begin
  return (select coalesce(min(c.clean_at), 'infinity')
          from tlsrpt.reporters_of(domain) r
          cross join lateral tlsrpt.clean_since(domain, r.organization_name, last_start) c
          where c.clean_at <= before);
end $$;
comment on function proven_by_another(text, timestamptz, timestamptz) is
  'When the first organization was clean on a domain after a moment, and before another; infinity: none was';

-- Of those that saw the last period it is known (failure_total), of the others asked; who has said too little 60 days later
-- is no longer waited for.
create function over_since(domain text, type text, at_host text, first_start timestamptz, last_start timestamptz,
                           before timestamptz)
  returns table (over_at timestamptz) language sql stable parallel safe
begin atomic
  select case when max(r.over_at) = 'infinity' or bool_or(r.over_at = r.clean_at) then max(r.over_at)
              else greatest(max(r.over_at), proven_by_another(domain, last_start, before)) end
  from (
    select clean_at,
           coalesce(least(clean_at, silent_at), silent_after(domain, organization_name, own_last_start, before),
                    case when own_last_start < last_start and last_start + interval '1440 hours' <= before
                         then last_start + interval '1440 hours' end, 'infinity') as over_at
    from (
      select f.organization_name, max(f.start_datetime) as own_last_start,
             max(f.silent_at) filter (where f.start_datetime = last_start and f.silent_at <= before) as silent_at,
             case when max(f.start_datetime) = last_start
                  then max(f.clean_at) filter (where f.start_datetime = last_start and f.clean_at <= before)
                  else (select c.clean_at from clean_since(domain, f.organization_name, last_start) c
                        where c.clean_at <= before) end as clean_at
      from failure_total f
      where f.recipient_domain = domain and f.result_type = type and f.host = at_host
        and f.start_datetime between first_start and last_start and f.end_datetime <= (select horizon())
      group by f.organization_name
      offset 0) reporter
    offset 0) r;
end;
comment on function over_since(text, text, text, timestamptz, timestamptz, timestamptz) is
  'When, before a moment, all that saw an incident were clean since its last period, or silent while another was clean; infinity: not yet';

-- Period by period, because who has to be clean depends on where the incident began.
create function incidents_of(domain text, type text, at_host text)
  returns table (first_seen timestamptz, last_start timestamptz, last_end timestamptz, over_at timestamptz)
  language plpgsql stable parallel safe rows 10 as $$
declare
  period record;
begin
  for period in
    select start_datetime, max(end_datetime) as end_datetime
    from tlsrpt.failure_total
    where recipient_domain = domain and result_type = type and host = at_host and end_datetime <= tlsrpt.horizon()
    group by start_datetime
    order by start_datetime
  loop
    over_at := (select o.over_at
                from tlsrpt.over_since(domain, type, at_host, first_seen, last_start, period.start_datetime) o);
    if over_at <> 'infinity' then
      return next;
      first_seen := null;
      last_end := null;
    end if;
    first_seen := coalesce(first_seen, period.start_datetime);
    last_start := period.start_datetime;
    last_end := greatest(last_end, period.end_datetime);
  end loop;
  over_at := (select o.over_at from tlsrpt.over_since(domain, type, at_host, first_seen, last_start, tlsrpt.clock()) o);
  return next;
end $$;
comment on function incidents_of(text, text, text) is 'The incidents of a domain, result type and host, told apart one by one';

create or replace view v_incident as
-- By period, not by failure: reporters mostly see the same days. A failure holds its incident open until the organization that
-- reported it was clean or fell silent. Sorted, so that all is read in the order of the index, and nothing hashed or sorted again.
with period as (
  select recipient_domain, result_type, host, start_datetime, max(end_datetime) as end_datetime,
         bool_or(clean_at <= coalesce(silent_at, 'infinity')) as is_clean,
         max(case when clean_at <= (select clock()) then least(clean_at, silent_at)
                  else coalesce(silent_after(recipient_domain, organization_name, start_datetime, clock()), 'infinity')
             end) as until
  from (select * from failure_total
        where end_datetime <= horizon()
        order by recipient_domain, result_type, host, start_datetime) failure
  group by recipient_domain, result_type, host, start_datetime),
held as (
  select *, max(until) over (
           partition by recipient_domain, result_type, host order by start_datetime
           rows between unbounded preceding and 1 preceding) as held_until
  from period),
placed as (
  select *, max(start_datetime) filter (where held_until is null or start_datetime >= held_until) over (
           partition by recipient_domain, result_type, host order by start_datetime) as first_seen
  from held),
stretch as (
  select recipient_domain, result_type, host, first_seen, max(start_datetime) as last_start, max(end_datetime) as last_end,
         max(until) as until, max(start_datetime) filter (where is_clean) is not distinct from max(start_datetime) as is_clean,
         lead(first_seen) over (partition by recipient_domain, result_type, host order by first_seen) as next_seen
  from placed
  group by recipient_domain, result_type, host, first_seen),
ended as (
  select recipient_domain, result_type, host, first_seen, last_start, last_end, next_seen,
         row_number() over (partition by recipient_domain, result_type, host order by first_seen) as place,
         case
           -- Of a single period that somebody was clean after, its failures say all.
           when until = 'infinity' or first_seen = last_start and is_clean then until
           -- After so long it is over; when it was is found out of what is asked for.
           when is_clean and coalesce(next_seen, (select clock())) >= last_start + interval '1440 hours' then null
           else (select o.over_at from over_since(
                   recipient_domain, result_type, host, first_seen, last_start, coalesce(next_seen, clock())) o)
         end as over_at
  from stretch),
-- A stretch is no longer than an incident, and mostly is one: unless somebody who saw it was neither clean nor silent
-- between it and the next.
checked as (
  select *, coalesce(bool_or(over_at > next_seen) over (partition by recipient_domain, result_type, host), false) as is_torn
  from ended),
episode as (
  select c.recipient_domain, c.result_type, c.host, c.next_seen, i.first_seen, i.last_start, i.last_end, i.over_at
  from checked c
  cross join lateral (
    select c.first_seen, c.last_start, c.last_end, c.over_at where not c.is_torn
    union all
    select first_seen, last_start, last_end, over_at
    from incidents_of(c.recipient_domain, c.result_type, c.host)
    where c.is_torn and c.place = 1) i)
select e.recipient_domain, e.result_type, nullif(e.host, '') as receiving_mx_hostname, e.first_seen,
       greatest(last_moment(e.last_end), e.last_start) as last_seen,
       seen.days, seen.failed_sessions as sessions, cardinality(seen.organizations) as reporters,
       severity(seen.failures, seen.sessions, s) as severity,
       case when e.over_at = 'infinity' then 'open' else 'resolved' end as state,
       last_moment(nullif(coalesce(e.over_at, (select o.over_at from over_since(
         e.recipient_domain, e.result_type, e.host, e.first_seen, e.last_start,
         coalesce(e.next_seen, clock())) o)), 'infinity')) as resolved_at,
       t.cause, remedy_for(t.remedy, nullif(e.host, ''), e.recipient_domain) as remedy,
       t.category, t.reference, failure_rate(seen.failures, seen.sessions) as failure_rate, seen.organizations, seen.reports,
       utc_day(e.last_start) as last_day
from episode e
cross join (select * from setting limit 1) s
left join result_type known on known.code = e.result_type
join result_type t on t.code = coalesce(known.code, 'unknown')
cross join lateral (
  select count(distinct utc_day(f.start_datetime)) as days, count(*) as reports,
         as_count(sum(f.failed_sessions)) as failed_sessions, sum(f.sessions) as sessions, sum(f.failures) as failures,
         array_agg(distinct f.organization_name) as organizations
  from failure_total f
  where f.recipient_domain = e.recipient_domain and f.result_type = e.result_type and f.host = e.host
    and f.start_datetime between e.first_seen and e.last_start and f.end_datetime <= horizon()) seen;

drop function proven_by_earlier(text, text, text, timestamptz, timestamptz);
drop function proven_by_another(text, timestamptz);

comment on column v_incident.resolved_at is
  'When the last of the clean 48 hours ended, or whoever fell silent was overdue, whichever was later; null while open';
