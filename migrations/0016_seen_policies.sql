-- Readiness to enforce goes by what each reporter last saw of the MTA-STS policy. A report that quotes none, because it
-- could not be fetched or was not there, is no change of it, as in v_policy; and of several reports on one period all count.

create function seen_since(of_series bigint, of_version bigint, seen_at timestamptz)
  returns table (first_seen timestamptz) language sql stable parallel safe
begin atomic
  with recursive other as (
    (select version from policy where series = of_series order by version limit 1)
    union all
    select next.version
    from other cross join lateral (
      select p.version
      from policy p
      where p.series = of_series and p.version > other.version
      order by p.version
      limit 1) next)
  select min(start_datetime)
  from policy
  where series = of_series and version = of_version
    and start_datetime > coalesce((
      select max(last.start_datetime)
      from other cross join lateral (
        select o.start_datetime
        from policy o
        where o.series = of_series and o.version = other.version and o.start_datetime < seen_at
          and not exists (select from policy p
                          where p.series = of_series and p.version = of_version and p.start_datetime = o.start_datetime)
        order by o.start_datetime desc
        limit 1) last
      where other.version <> of_version), '-infinity');
end;
comment on function seen_since(bigint, bigint, timestamptz) is
  'Start of the first of the periods, up to the one that begins at seen_at, in which a reporter saw a policy and not only others';

create function quoted_sts(of_report bigint, domain text) returns setof policy language sql stable parallel safe
begin atomic
  select * from policy
  where report_key = of_report and recipient_domain = domain and policy_type = 'sts' and series is not null;
end;
comment on function quoted_sts(bigint, text) is 'The MTA-STS policies of a domain that a report quotes';

create or replace view v_enforce as
with known as (
  select recipient_domain, organization_name, report_key, start_datetime, end_datetime from reporter),
last as materialized (
  -- The last period of the last 30 days in which each organization saw a policy: mostly that of its last report. Periods
  -- are found by their start, and none is longer than another 30 days.
  select recipient_domain, organization_name,
         case when exists (select from quoted_sts(report_key, recipient_domain)) then start_datetime
              else (select s.start_datetime
                    from session_total s
                    where s.recipient_domain = k.recipient_domain and s.organization_name = k.organization_name
                      and s.start_datetime > (select clock()) - interval '60 days'
                      and s.end_datetime > (select clock()) - interval '30 days' and s.end_datetime <= (select horizon())
                      and exists (select from quoted_sts(s.report_key, s.recipient_domain))
                    order by s.start_datetime desc
                    limit 1)
         end as start_datetime
  from known k
  where end_datetime > (select clock()) - interval '30 days'),
current as materialized (
  select last.*, p.series, p.version,
         lower((select value from policy_lines(p.policy_string, 'mode') order by place limit 1)) as mode
  from last
  -- offset 0: by the index, one by one.
  cross join lateral (
    select report_key
    from session_total s
    where s.recipient_domain = last.recipient_domain and s.organization_name = last.organization_name
      and s.start_datetime = last.start_datetime and s.end_datetime <= (select horizon())
    offset 0) report
  cross join lateral quoted_sts(report.report_key, last.recipient_domain) p),
testing as (
  select recipient_domain,
         min(case when mode = 'testing' then (select s.first_seen from seen_since(series, version, start_datetime) s) end) as testing_since,
         string_agg(distinct organization_name, ', ') filter (where mode = 'enforce') as enforcing
  from current
  group by recipient_domain
  having bool_or(mode = 'testing')),
failing as (
  select t.recipient_domain, t.testing_since, t.enforcing, f.result_type, f.host, f.last_failure, f.last_day
  from testing t
  left join lateral (
    select result_type, host, greatest(last_moment(end_datetime), start_datetime) as last_failure,
           utc_day(start_datetime) as last_day
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
         -- Sessions are counted since then: a failure of yesterday is no lack of them.
         when days_clean < 14 and last_failure is not null
           then format('%s%s failed on %s: clean for %s of 14 days', result_type, coalesce(' at ' || nullif(host, ''), ''),
                       last_day, days_clean)
         when sessions < greatest(setting.minimum_sessions, 1) then 'no sessions reported'
         when days_clean >= 14 then 'ready to enforce'
         else format('clean, but for %s of 14 days only', days_clean)
       end as verdict
from evidence cross join (select * from setting limit 1) setting;
comment on column v_enforce.testing_since is 'When that policy was first seen, since it last took another''s place';
