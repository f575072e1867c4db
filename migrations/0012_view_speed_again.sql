-- Dashboards over a million reports, once more: less is done for each row that a view looks at. What the views say stays
-- as it was, but for this: a period's day is that of its start. Some senders' periods begin at any hour and end a day later
-- (json-3), so that the date of last_seen is the day after: incidents, reporters and policies have their last day now.

-- PostgreSQL puts a function's body into the query only where it is declared as what it is: this one's is stable. A call
-- for each row costs twenty times as much.
alter function last_moment(timestamptz) stable;

-- The same: an expression instead of a query.
create or replace function remedy_for(remedy text, mx text, domain text) returns text language sql immutable parallel safe
  return regexp_replace(
    case when mx ~ '^[A-Za-z0-9_.][A-Za-z0-9_.-]*$' and position(': ' in remedy) > 0
         then left(remedy, position(': ' in remedy) + 1)
              || regexp_replace(substr(remedy, position(': ' in remedy) + 2), '\mMX\M', mx, 'g')
         else remedy end,
    '\mDOMAIN\M', case when domain ~ '^[A-Za-z0-9_.][A-Za-z0-9_.-]*$' then domain else 'DOMAIN' end, 'g');

create function policy_lines(lines text[], key text) returns table (place bigint, value text)
  language sql immutable parallel safe
begin atomic
  select place, btrim(substr(line, position(':' in line) + 1), E' \t\r\n')
  from unnest(lines) with ordinality l (line, place)
  where lower(btrim(split_part(line, ':', 1), E' \t\r\n')) = key and position(':' in line) > 0;
end;
comment on function policy_lines(text[], text) is 'The values of a key in a policy, in their order';

-- (select horizon()): worked out once a query, and not once for each row that is read.
create or replace view reporter as
with recursive pair as (
  (select recipient_domain, organization_name
   from session_total
   order by recipient_domain, organization_name
   limit 1)
  union all
  select next.recipient_domain, next.organization_name
  from pair cross join lateral (
    select s.recipient_domain, s.organization_name
    from session_total s
    where (s.recipient_domain, s.organization_name) > (pair.recipient_domain, pair.organization_name)
    order by s.recipient_domain, s.organization_name
    limit 1) next)
select pair.recipient_domain, pair.organization_name, last.report_key, last.start_datetime, last.end_datetime
from pair left join lateral (
  select s.report_key, s.start_datetime, s.end_datetime
  from session_total s
  where s.recipient_domain = pair.recipient_domain and s.organization_name = pair.organization_name
    and s.end_datetime <= (select horizon())
  order by s.start_datetime desc
  limit 1) last on true;
create or replace function reporter_rhythm(domain text, organization text, before timestamptz)
  returns table (usual_gap interval, patience interval, last_end timestamptz) language sql stable parallel safe
begin atomic
  with recent as (
    select start_datetime, end_datetime
    from session_total
    where recipient_domain = domain and organization_name = organization and start_datetime < before
      and end_datetime <= (select horizon())
    order by start_datetime desc
    limit 60),
  gap as (
    select utc_day(start_datetime) - lead(utc_day(start_datetime)) over (order by start_datetime desc) as days, end_datetime
    from recent),
  habit as (
    select percentile_disc(0.95) within group (order by days) filter (where days > 0) as usual,
           count(*) filter (where days > 0) as known, max(end_datetime) as last_end
    from gap)
  select make_interval(days => usual),
         make_interval(hours => case when known >= 3 then usual * 24 + greatest(24, usual * 12)
                                     else greatest(168, usual * 36) end),
         last_end
  from habit;
end;

create or replace view v_reporter as
select r.organization_name, r.recipient_domain, first.start_datetime as first_seen, last_moment(r.end_datetime) as last_seen,
       recent.days_reported, rhythm.usual_gap, r.end_datetime + rhythm.patience as expected_by,
       clock() > r.end_datetime + rhythm.patience as silent,
       coalesce(late.reports, 0) as late_deliveries,
       coalesce(conformance.deviations, 0) as deviations, coalesce(conformance.by_code, '{}') as conformance,
       coalesce(future.reports, 0) as future_reports,
       utc_day(r.start_datetime) as last_day
from reporter r
cross join lateral (
  select min(s.start_datetime) as start_datetime
  from session_total s
  where s.recipient_domain = r.recipient_domain and s.organization_name = r.organization_name
    and s.end_datetime <= (select horizon())) first
cross join lateral (
  select count(distinct utc_day(s.start_datetime)) as days_reported
  from session_total s
  where s.recipient_domain = r.recipient_domain and s.organization_name = r.organization_name
    and s.start_datetime >= date_trunc('day', clock(), 'UTC') - interval '720 hours'
    and s.start_datetime < date_trunc('day', clock(), 'UTC') and s.end_datetime <= (select horizon())) recent
cross join lateral reporter_rhythm(r.recipient_domain, r.organization_name, 'infinity') rhythm
left join (
  select s.recipient_domain, coalesce(report.organization_name, '') as organization_name, count(*) as reports
  from report join session_total s on s.report_key = report.id
  where report.received_at - report.end_datetime > interval '3 days'
  group by 1, 2) late
  on late.recipient_domain = r.recipient_domain and late.organization_name = r.organization_name
left join (
  select recipient_domain, organization_name, as_count(sum(times)) as deviations,
         jsonb_object_agg(code, times) as by_code
  from (select s.recipient_domain, s.organization_name, d.code, count(*) as times
        from session_total s
        join deviation d on d.report_key = s.report_key
          -- Spares a look at the deviations of all time; offset 0: and at all reports for the smallest key.
          and d.report_key >= (select min(report_key)
                               from (select report_key from session_total
                                     where start_datetime > clock() - interval '90 days' offset 0) latest)
        where s.start_datetime > clock() - interval '90 days'
        group by 1, 2, 3) counted
  group by 1, 2) conformance
  on conformance.recipient_domain = r.recipient_domain and conformance.organization_name = r.organization_name
left join (
  select recipient_domain, organization_name, count(*) as reports
  from session_total
  where end_datetime > horizon()
  group by 1, 2) future
  on future.recipient_domain = r.recipient_domain and future.organization_name = r.organization_name;
comment on column v_reporter.last_day is 'UTC day on which its last report''s period starts';

-- A version's lines are looked for in the query itself: a call for each costs more than all else that is done for it.
-- Reports that lie in the future (json-6) are no evidence here either: they would replace the policy of today.
create or replace view v_policy as
with recursive version as (
  -- Each and its first sight by one descent of the index: there are a million reports and some thousand versions.
  (select series, version, start_datetime as first_start
   from policy
   where series is not null and end_datetime <= (select horizon())
   order by series, version, start_datetime
   limit 1)
  union all
  select next.series, next.version, next.start_datetime
  from version cross join lateral (
    select p.series, p.version, p.start_datetime
    from policy p
    where (p.series, p.version) > (version.series, version.version) and p.series is not null
      and p.end_datetime <= (select horizon())
    order by p.series, p.version, p.start_datetime
    limit 1) next),
span as (
  select series, version, first_start, last.start_datetime as last_start, last.end_datetime as last_end, last.id as last_key
  from version
  cross join lateral (
    select start_datetime, end_datetime, id from policy p
    where p.series = version.series and p.version = version.version and p.end_datetime <= (select horizon())
    order by p.start_datetime desc limit 1) last),
-- Where one version was seen before and after the first sight of another, they are told apart period by period; of
-- several in one period the newest counts.
mixed as (
  select distinct series
  from (select series, first_start < max(last_start) over (
                 partition by series order by first_start rows between unbounded preceding and 1 preceding) as came_back
        from span) s
  where came_back),
sight as (
  select distinct on (series, start_datetime) series, p.start_datetime, p.end_datetime, version, p.id
  from mixed join span using (series) join policy p using (series, version)
  where p.end_datetime <= (select horizon())
  order by series, p.start_datetime, span.first_start desc, version),
run as (
  select series, first_start, last_start, last_end, last_key from span where series not in (select series from mixed)
  union all
  select series, min(start_datetime), max(start_datetime), max(end_datetime), (array_agg(id order by start_datetime desc))[1]
  from (select *, row_number() over (partition by series order by start_datetime)
                  - row_number() over (partition by series, version order by start_datetime) as island
        from sight) numbered
  group by series, version, island)
select p.recipient_domain, p.policy_type, coalesce(r.organization_name, '') as organization_name,
       run.first_start as first_seen, last_moment(run.last_end) as last_seen, run.replaced_at,
       run.replaced_at is null as current,
       case when p.policy_type = 'sts'
            then lower((select value from policy_lines(p.policy_string, 'mode') order by place limit 1)) end as mode,
       case when p.policy_type = 'sts'
            then coalesce((select array_agg(value order by place) from policy_lines(p.policy_string, 'mx')), p.mx_host)
            else p.mx_host end as mx,
       case when p.policy_type = 'sts'
            then substring((select value from policy_lines(p.policy_string, 'max_age') order by place limit 1)
                           from '^[0-9]{1,10}$')::bigint end as max_age,
       case when p.policy_type = 'tlsa' then p.policy_string end as tlsa,
       p.policy_domain, p.policy_string, utc_day(run.last_start) as last_day
from (select *, lead(first_start) over (partition by series order by first_start) as replaced_at from run) run
join policy p on p.id = run.last_key
join report r on r.id = p.report_key;
comment on column v_policy.last_day is 'UTC day on which the last period that last_seen speaks of starts';

-- The verdict names the day of the last failure by its start, too.
create or replace view v_enforce as
with known as (
  select recipient_domain, organization_name, report_key, end_datetime from reporter),
current as materialized (
  -- The policy in the last report of each organization that reported in the last 30 days.
  select k.recipient_domain, k.organization_name, p.series, p.version,
         lower((select value from policy_lines(p.policy_string, 'mode') order by place limit 1)) as mode
  from known k
  join policy p on p.report_key = k.report_key and p.recipient_domain = k.recipient_domain and p.policy_type = 'sts'
  where k.end_datetime > (select clock()) - interval '30 days'),
testing as (
  select c.recipient_domain, min(first.start_datetime) as testing_since,
         string_agg(distinct c.organization_name, ', ') filter (where c.mode = 'enforce') as enforcing
  from current c
  left join lateral (
    select min(start_datetime) as start_datetime
    from policy p
    where p.series = c.series and p.version = c.version and c.mode = 'testing') first on true
  group by c.recipient_domain
  having bool_or(c.mode = 'testing')),
failing as (
  select t.recipient_domain, t.testing_since, t.enforcing, f.result_type, f.host, f.last_failure, f.last_day
  from testing t
  left join lateral (
    select result_type, host, last_moment(end_datetime) as last_failure, utc_day(start_datetime) as last_day
    from failure_total f
    where f.recipient_domain = t.recipient_domain and f.end_datetime <= horizon()
      and f.result_type not in (select code from result_type where category = 'dane')
    -- Of several at once that of the report that was stored first.
    order by f.end_datetime desc, f.report_key, f.result_type, f.host
    limit 1) f on true),
-- By organization, as the index has it: without, all reports of all time on a domain would be looked at.
clean as materialized (
  select f.recipient_domain, count(distinct utc_day(s.start_datetime)) as days,
         count(distinct s.organization_name) as reporters, sum(s.sessions) as sessions
  from failing f
  join known k on k.recipient_domain = f.recipient_domain
  join session_total s on s.recipient_domain = k.recipient_domain and s.organization_name = k.organization_name
    and s.start_datetime >= f.testing_since and s.start_datetime > coalesce(f.last_failure, '-infinity')
    and s.start_datetime > clock() - interval '90 days' and s.end_datetime <= horizon()
  group by f.recipient_domain),
evidence as (
  select f.*, coalesce(clean.days, 0) as days_clean, coalesce(clean.reporters, 0) as reporters,
         coalesce(clean.sessions, 0) as sessions
  from failing f left join clean on clean.recipient_domain = f.recipient_domain)
select recipient_domain, testing_since, last_failure, days_clean, reporters, as_count(sessions) as sessions,
       case
         when enforcing is not null then format('reporters disagree: %s saw mode enforce', enforcing)
         when sessions < greatest(setting.minimum_sessions, 1) then 'no sessions reported'
         when days_clean >= 14 then 'ready to enforce'
         when last_failure is null then format('clean, but for %s of 14 days only', days_clean)
         else format('%s%s failed on %s: clean for %s of 14 days', result_type, coalesce(' at ' || nullif(host, ''), ''),
                     last_day, days_clean)
       end as verdict
from evidence cross join (select * from setting limit 1) setting;

drop function policy_values(text[], text);

-- An incident's failures with all that tells episodes apart, in their order.
drop index failure_total_incident_idx;
create index failure_total_incident_idx on failure_total (recipient_domain, result_type, host, start_datetime, end_datetime)
  include (clean_at, silent_at, organization_name);

create function clean_since(domain text, organization text, since timestamptz) returns table (clean_at timestamptz)
  language sql stable parallel safe
begin atomic
  select end_datetime
  from (select start_datetime, end_datetime,
               sum(ended - greatest(start_datetime, before)) over (order by start_datetime) as covered
        from (select start_datetime, end_datetime, end_datetime + interval '1 second' as ended,
                     max(end_datetime + interval '1 second') over (
                       order by start_datetime rows between unbounded preceding and 1 preceding) as before
              from session_total
              where recipient_domain = domain and organization_name = organization and start_datetime > since
                and end_datetime <= (select horizon())) report
        where before is null or ended > before) clean
  where covered >= interval '48 hours'
  order by start_datetime
  limit 1;
end;
comment on function clean_since(text, text, timestamptz) is
  'When the reports of an organization on a domain that begin after a moment had covered 48 hours; no row: not yet';

create or replace function clean_after(domain text, organization text, since timestamptz) returns timestamptz
  language plpgsql stable parallel safe set plan_cache_mode = force_generic_plan as $$
begin
  return (select clean_at from tlsrpt.clean_since(domain, organization, since));
end $$;

-- The organizations that reported on a domain, each by one descent of the index.
create function reporters_of(domain text) returns table (organization_name text) language sql stable parallel safe
begin atomic
  with recursive known as (
    (select s.organization_name
     from session_total s
     where s.recipient_domain = domain
     order by s.organization_name
     limit 1)
    union all
    select next.organization_name
    from known cross join lateral (
      select s.organization_name
      from session_total s
      where s.recipient_domain = domain and s.organization_name > known.organization_name
      order by s.organization_name
      limit 1) next)
  select known.organization_name from known;
end;

-- What the latest incident of its kind needs to be over, beyond what its own failures say. This is rarely asked: the planner
-- need not look into it, and does not overestimate the whole, which would have it compiled (JIT).
create function proven_by_another(domain text, last_start timestamptz) returns timestamptz
  language plpgsql stable parallel safe as $$
begin
  return (select coalesce(min(c.clean_at), 'infinity')
          from tlsrpt.reporters_of(domain) r
          cross join lateral tlsrpt.clean_since(domain, r.organization_name, last_start) c);
end $$;
comment on function proven_by_another(text, timestamptz) is
  'When the first organization was clean on a domain after a moment; infinity: none was';

create function proven_by_earlier(domain text, type text, at_host text, first_start timestamptz, last_start timestamptz)
  returns table (over_at timestamptz) language sql stable parallel safe
begin atomic
  select max(coalesce(clean_at, case when silent_after(domain, organization_name, own_last_start, clock()) is null
                                     then timestamptz 'infinity' end))
  from (select organization_name, max(start_datetime) as own_last_start,
               (select c.clean_at from clean_since(domain, organization_name, last_start) c) as clean_at
        from failure_total
        where recipient_domain = domain and result_type = type and host = at_host
          and start_datetime between first_start and last_start and end_datetime <= horizon()
        group by organization_name
        having max(start_datetime) < last_start) earlier;
end;
comment on function proven_by_earlier(text, text, text, timestamptz, timestamptz) is
  'When those that saw an incident, but not in its last period, were clean after that or silent; infinity: not all yet';

-- It runs for the few failures that are unsettled, not for each: no worker is worth its start.
alter function silent_after(text, text, timestamptz, timestamptz) cost 1;

-- First what tells episodes apart; the rest only of those that are asked for.
create or replace view v_incident as
-- By period, not by failure: reporters mostly see the same days. A failure holds its incident open until the organization that
-- reported it was clean or fell silent. Sorted, so that all is read in the order of the index, and nothing hashed or sorted again.
with period as (
  select recipient_domain, result_type, host, start_datetime, max(end_datetime) as end_datetime,
         bool_or(clean_at <= coalesce(silent_at, 'infinity')) as is_clean,
         max(case when clean_at is not null then least(clean_at, silent_at)
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
episode as (
  select recipient_domain, result_type, host, first_seen, max(start_datetime) as last_start,
         last_moment(max(end_datetime)) as last_seen,
         -- Only what may still be going on needs a second look: all that saw it must have been clean since it was last seen,
         -- be it by another, unless they fell silent; where all did, another organization must have been clean.
         greatest(max(until), case
           when max(until) = 'infinity'
             or lead(first_seen) over (partition by recipient_domain, result_type, host order by first_seen) is not null
             then null
           when bool_or(is_clean) is not true
             then proven_by_another(recipient_domain, max(start_datetime))
           when first_seen < max(start_datetime)
             then (select p.over_at from proven_by_earlier(
                     recipient_domain, result_type, host, first_seen, max(start_datetime)) p)
         end) as over_at
  from placed
  group by recipient_domain, result_type, host, first_seen)
select e.recipient_domain, e.result_type, nullif(e.host, '') as receiving_mx_hostname, e.first_seen, e.last_seen,
       seen.days, seen.failed_sessions as sessions, cardinality(seen.organizations) as reporters,
       severity(seen.failures, seen.sessions, s) as severity,
       case when e.over_at = 'infinity' then 'open' else 'resolved' end as state,
       last_moment(nullif(e.over_at, 'infinity')) as resolved_at,
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
comment on column v_incident.last_day is 'UTC day on which the last period with the failure starts';

drop function proven_over(text, text, text, timestamptz, timestamptz, boolean);
