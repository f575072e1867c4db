-- Dashboards over a million reports: what is asked of the views is found in indexes, and what a dashboard does not show is
-- not worked out. What the views say stays as it was, but for v_reporter and v_incident, which leave out reports that lie in the
-- future (0009).

-- The rows of v_daily come out of the index sorted and ready to be summed: no sort or hash of a whole period on disk. It
-- grows at its end: storing in the order of arrival touches its last pages only, at 120 bytes of WAL a report more.
drop index session_total_day_idx;
create index session_total_day_idx on session_total (utc_day(start_datetime), recipient_domain, organization_name)
  include (start_datetime, sessions, failures);

-- Late reports with all that v_reporter counts of them. The statistics tell that they are few.
drop index report_late_idx;
create index report_late_idx on report (id) include (organization_name) where received_at - end_datetime > interval '3 days';
create statistics report_lateness on (received_at - end_datetime) from report;

-- A million messages are counted from these few pages, in which equal entries are one; 50 bytes of WAL a message.
create index message_outcome_idx on message (mailbox_key, outcome);

-- Days with several reports are skipped where they come out of the index, without a sort.
create or replace function reporter_rhythm(domain text, organization text, before timestamptz)
  returns table (usual_gap interval, patience interval, last_end timestamptz) language sql stable parallel safe
begin atomic
  with recent as (
    select start_datetime, end_datetime
    from session_total
    where recipient_domain = domain and organization_name = organization and start_datetime < before
      and end_datetime <= horizon()
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
       coalesce(future.reports, 0) as future_reports
from reporter r
cross join lateral (
  select min(s.start_datetime) as start_datetime
  from session_total s
  where s.recipient_domain = r.recipient_domain and s.organization_name = r.organization_name
    and s.end_datetime <= horizon()) first
cross join lateral (
  select count(distinct utc_day(s.start_datetime)) as days_reported
  from session_total s
  where s.recipient_domain = r.recipient_domain and s.organization_name = r.organization_name
    and s.start_datetime >= date_trunc('day', clock(), 'UTC') - interval '720 hours'
    and s.start_datetime < date_trunc('day', clock(), 'UTC') and s.end_datetime <= horizon()) recent
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
comment on column v_reporter.first_seen is 'Start of its first report''s period; null, as in the other columns of time, where all lie in the future';
comment on column v_reporter.future_reports is 'Reports on periods that end more than 48 hours from now: somebody''s clock is wrong; nothing else here counts them';

create or replace view v_ingest as
select m.name as mailbox, m.server, m.folder, m.last_polled_at, m.last_success_at,
       clock() - m.last_success_at as lag,
       m.retired_at is null and coalesce(clock() - m.last_success_at > 3 * s.poll_every, true) as late,
       m.last_error,
       coalesce(c.messages, 0) as messages, coalesce(c.stored, 0) as stored, coalesce(c.updated, 0) as updated,
       coalesce(c.duplicate, 0) as duplicate, coalesce(c.ignored, 0) as ignored,
       coalesce(c.quarantined, 0) as quarantined, coalesce(c.partial, 0) as partial,
       coalesce(q.entries, 0) as quarantine,
       m.retired_at
from mailbox m
cross join (select * from setting limit 1) s
left join (select mailbox_key, sum(messages)::bigint as messages,
                  max(messages) filter (where outcome = 'stored') as stored,
                  max(messages) filter (where outcome = 'updated') as updated,
                  max(messages) filter (where outcome = 'duplicate') as duplicate,
                  max(messages) filter (where outcome = 'ignored') as ignored,
                  max(messages) filter (where outcome = 'quarantined') as quarantined,
                  max(messages) filter (where outcome = 'partial') as partial
           from (select mailbox_key, outcome, count(*) as messages from message group by mailbox_key, outcome) counted
           group by mailbox_key) c on c.mailbox_key = m.id
left join (select mailbox_key, count(*) as entries
           from quarantine join message on message.id = message_key
           group by mailbox_key) q on q.mailbox_key = m.id;

-- First what tells episodes apart; the rest only of those that are asked for.
create or replace view v_incident as
-- A failure holds its incident open until the organization that reported it was clean or fell silent.
with held as (
  select recipient_domain, result_type, host, start_datetime, end_datetime,
         coalesce(clean_at <= coalesce(silent_at, 'infinity'), false) as is_clean,
         case when clean_at is not null then least(clean_at, silent_at)
              else coalesce(silent_after(recipient_domain, organization_name, start_datetime, clock()), 'infinity')
         end as until
  from failure_total
  where end_datetime <= horizon()),
marked as (
  select *, coalesce(start_datetime >= max(until) over (
           partition by recipient_domain, result_type, host order by start_datetime
           rows between unbounded preceding and 1 preceding), true) as is_first
  from held),
numbered as (
  select *, count(*) filter (where is_first) over (
           partition by recipient_domain, result_type, host order by start_datetime) as episode
  from marked),
episode as (
  select recipient_domain, result_type, host, min(start_datetime) as first_seen, max(start_datetime) as last_start,
         last_moment(max(end_datetime)) as last_seen, max(until) as until, bool_or(is_clean) as any_clean,
         lead(episode) over (partition by recipient_domain, result_type, host order by episode) is null as is_latest
  from numbered
  group by recipient_domain, result_type, host, episode)
select e.recipient_domain, e.result_type, nullif(e.host, '') as receiving_mx_hostname, e.first_seen, e.last_seen,
       seen.days, seen.failed_sessions as sessions, cardinality(seen.organizations) as reporters,
       severity(seen.failures, seen.sessions, s) as severity,
       case when proven.over_at = 'infinity' then 'open' else 'resolved' end as state,
       last_moment(nullif(proven.over_at, 'infinity')) as resolved_at,
       t.cause, remedy_for(t.remedy, nullif(e.host, ''), e.recipient_domain) as remedy,
       t.category, t.reference, failure_rate(seen.failures, seen.sessions) as failure_rate, seen.organizations, seen.reports
from episode e
cross join (select * from setting limit 1) s
left join result_type known on known.code = e.result_type
join result_type t on t.code = coalesce(known.code, 'unknown')
-- Only what may still be going on needs a second look; offset 0: one look.
cross join lateral (
  select case when e.is_latest and e.until <> 'infinity' and (e.first_seen < e.last_start or not e.any_clean)
              then greatest(e.until, proven_over(
                e.recipient_domain, e.result_type, e.host, e.first_seen, e.last_start, e.any_clean))
              else e.until end as over_at
  offset 0) proven
cross join lateral (
  select count(distinct utc_day(f.start_datetime)) as days, count(*) as reports,
         as_count(sum(f.failed_sessions)) as failed_sessions, sum(f.sessions) as sessions, sum(f.failures) as failures,
         array_agg(distinct f.organization_name) as organizations
  from failure_total f
  where f.recipient_domain = e.recipient_domain and f.result_type = e.result_type and f.host = e.host
    and f.start_datetime between e.first_seen and e.last_start and f.end_datetime <= horizon()) seen;

-- The first sight of a version comes with the version.
create or replace view v_policy as
with recursive version as (
  -- Each and its first sight by one descent of the index: there are a million reports and some thousand versions.
  (select series, version, start_datetime as first_start
   from policy
   where series is not null
   order by series, version, start_datetime
   limit 1)
  union all
  select next.series, next.version, next.start_datetime
  from version cross join lateral (
    select p.series, p.version, p.start_datetime
    from policy p
    where (p.series, p.version) > (version.series, version.version) and p.series is not null
    order by p.series, p.version, p.start_datetime
    limit 1) next),
span as (
  select series, version, first_start, last.start_datetime as last_start, last.end_datetime as last_end, last.id as last_key
  from version
  cross join lateral (
    select start_datetime, end_datetime, id from policy p
    where p.series = version.series and p.version = version.version
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
  order by series, p.start_datetime, span.first_start desc, version),
run as (
  select series, first_start, last_end, last_key from span where series not in (select series from mixed)
  union all
  select series, min(start_datetime), max(end_datetime), (array_agg(id order by start_datetime desc))[1]
  from (select *, row_number() over (partition by series order by start_datetime)
                  - row_number() over (partition by series, version order by start_datetime) as island
        from sight) numbered
  group by series, version, island)
select p.recipient_domain, p.policy_type, coalesce(r.organization_name, '') as organization_name,
       run.first_start as first_seen, last_moment(run.last_end) as last_seen, run.replaced_at,
       run.replaced_at is null as current,
       case when p.policy_type = 'sts' then lower((policy_values(p.policy_string, 'mode'))[1]) end as mode,
       case when p.policy_type = 'sts' then coalesce(policy_values(p.policy_string, 'mx'), p.mx_host) else p.mx_host end as mx,
       case when p.policy_type = 'sts'
            then substring((policy_values(p.policy_string, 'max_age'))[1] from '^[0-9]{1,10}$')::bigint end as max_age,
       case when p.policy_type = 'tlsa' then p.policy_string end as tlsa,
       p.policy_domain, p.policy_string
from (select *, lead(first_start) over (partition by series order by first_start) as replaced_at from run) run
join policy p on p.id = run.last_key
join report r on r.id = p.report_key;
