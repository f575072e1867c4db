-- A period without length, at midnight, is not over before it begins: here, and in the views of 0016 to 0018.

-- Reports that lie in the future (json-6) are left out of what is said of a reporter's liberties, too.
create or replace view v_reporter as
select r.organization_name, r.recipient_domain, first.start_datetime as first_seen,
       greatest(last_moment(r.end_datetime), r.start_datetime) as last_seen,
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
        where s.start_datetime > clock() - interval '90 days' and s.end_datetime <= (select horizon())
        group by 1, 2, 3) counted
  group by 1, 2) conformance
  on conformance.recipient_domain = r.recipient_domain and conformance.organization_name = r.organization_name
left join (
  select recipient_domain, organization_name, count(*) as reports
  from session_total
  where end_datetime > horizon()
  group by 1, 2) future
  on future.recipient_domain = r.recipient_domain and future.organization_name = r.organization_name;

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
       run.first_start as first_seen, greatest(last_moment(run.last_end), run.last_start) as last_seen, run.replaced_at,
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

-- Where a report does not say who sends it, the name is empty, as in the other views.
create or replace view v_failure as
select d.id as failure_key, p.report_key, coalesce(r.organization_name, '') as organization_name, p.recipient_domain,
       d.start_datetime, r.end_datetime,
       utc_day(d.start_datetime) as day, p.policy_type, p.policy_domain,
       d.result_type, e.category, d.receiving_mx_hostname, d.receiving_mx_helo, d.receiving_ip, d.sending_mta_ip,
       d.failed_session_count, d.failure_reason_code, d.additional_information,
       e.cause, remedy_for(e.remedy, d.receiving_mx_hostname, p.recipient_domain) as remedy, e.reference,
       case when e.category = 'sts' then 'mta-sts.' || p.recipient_domain else d.receiving_mx_hostname end as host
from failure_detail d
join policy p on p.id = d.policy_key
join report r on r.id = p.report_key
cross join lateral explanation(d.result_type) e;
