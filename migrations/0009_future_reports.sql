-- Reports that lie in the future (json-6) are evidence of nothing: not that reports still come, nor that a failure is over,
-- nor that it goes on.

create function horizon() returns timestamptz language sql stable parallel safe
  return clock() + interval '48 hours';
comment on function horizon() is 'A period that ends after this lies in the future: clocks differ, but not by days';

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
    and s.end_datetime <= horizon()
  order by s.start_datetime desc
  limit 1) last on true;
comment on view reporter is
  'Each organization that ever reported on a recipient domain, with its last report, nulls where all lie in the future; other views use it';

create or replace function clean_after(domain text, organization text, since timestamptz) returns timestamptz
  language plpgsql stable parallel safe as $$
begin
  return (
    select end_datetime
    from (select start_datetime, end_datetime,
                 sum(ended - greatest(start_datetime, before)) over (order by start_datetime) as covered
          from (select start_datetime, end_datetime, end_datetime + interval '1 second' as ended,
                       max(end_datetime + interval '1 second') over (
                         order by start_datetime rows between unbounded preceding and 1 preceding) as before
                from tlsrpt.session_total
                where recipient_domain = domain and organization_name = organization and start_datetime > since
                  and end_datetime <= tlsrpt.horizon()) report
          where before is null or ended > before) clean
    where covered >= interval '48 hours'
    order by start_datetime
    limit 1);
end $$;

create or replace function silent_after(domain text, organization text, since timestamptz, until timestamptz) returns timestamptz
  language plpgsql stable parallel safe as $$
begin
  return (
    select min(r.end_datetime + rhythm.patience)
    from tlsrpt.reporter_rhythm(domain, organization, since + interval '1 microsecond') rhythm
    cross join (
      select end_datetime, lead(start_datetime, 1, until) over (order by start_datetime) as next
      from tlsrpt.session_total
      where recipient_domain = domain and organization_name = organization
        and start_datetime >= since and start_datetime < until
        and end_datetime <= tlsrpt.horizon()) r
    where r.next > r.end_datetime + rhythm.patience);
end $$;

create or replace function proven_over(domain text, type text, at_host text, first_start timestamptz, last_start timestamptz,
                            any_clean boolean)
  returns timestamptz language plpgsql stable parallel safe as $$
begin
  if not any_clean then
    return (select coalesce(min(tlsrpt.clean_after(domain, organization_name, last_start)), 'infinity')
            from tlsrpt.reporter where recipient_domain = domain);
  end if;
  return (
    select max(coalesce(clean_at, case when tlsrpt.silent_after(
             domain, organization_name, own_last_start, tlsrpt.clock()) is null then timestamptz 'infinity' end))
    from (select organization_name, max(start_datetime) as own_last_start,
                 tlsrpt.clean_after(domain, organization_name, last_start) as clean_at
          from tlsrpt.failure_total
          where recipient_domain = domain and result_type = type and host = at_host and start_datetime between first_start and last_start and end_datetime <= tlsrpt.horizon()
          group by organization_name
          having max(start_datetime) < last_start) earlier);
end $$;

-- The few pages with a period of the future, whatever the order in which reports came.
create index session_total_end_datetime_idx on session_total using brin (end_datetime) with (autosummarize = on);

create or replace view v_enforce as
with current as (
  -- The policy in the last report of each organization that reported in the last 30 days.
  select r.recipient_domain, r.organization_name, lower((policy_values(p.policy_string, 'mode'))[1]) as mode, p.series, p.version
  from reporter r
  join policy p on p.report_key = r.report_key and p.recipient_domain = r.recipient_domain and p.policy_type = 'sts'
  where r.end_datetime > clock() - interval '30 days'),
testing as (
  select c.recipient_domain, min(first.start_datetime) filter (where c.mode = 'testing') as testing_since,
         string_agg(distinct c.organization_name, ', ') filter (where c.mode = 'enforce') as enforcing
  from current c
  left join lateral (
    select min(start_datetime) as start_datetime
    from policy p
    where p.series = c.series and p.version = c.version) first on c.mode = 'testing'
  group by c.recipient_domain
  having bool_or(c.mode = 'testing')),
evidence as (
  select t.recipient_domain, t.testing_since, t.enforcing, f.result_type, f.host, f.last_failure, s.days_clean, s.reporters,
         coalesce(s.sessions, 0) as sessions
  from testing t
  left join lateral (
    select result_type, host, last_moment(end_datetime) as last_failure
    from failure_total f
    where f.recipient_domain = t.recipient_domain and f.end_datetime <= horizon()
      and f.result_type not in (select code from result_type where category = 'dane')
    order by f.end_datetime desc
    limit 1) f on true
  cross join lateral (
    select count(distinct utc_day(start_datetime)) as days_clean, count(distinct organization_name) as reporters,
           sum(sessions) as sessions
    from session_total s
    where s.recipient_domain = t.recipient_domain and s.start_datetime >= t.testing_since
      and s.end_datetime <= horizon()
      and s.start_datetime > coalesce(f.last_failure, '-infinity') and s.start_datetime > clock() - interval '90 days') s)
select recipient_domain, testing_since, last_failure, days_clean, reporters, as_count(sessions) as sessions,
       case
         when enforcing is not null then format('reporters disagree: %s saw mode enforce', enforcing)
         when sessions < greatest(setting.minimum_sessions, 1) then 'no sessions reported'
         when days_clean >= 14 then 'ready to enforce'
         when last_failure is null then format('clean, but for %s of 14 days only', days_clean)
         else format('%s%s failed on %s: clean for %s of 14 days', result_type, coalesce(' at ' || nullif(host, ''), ''),
                     utc_day(last_failure), days_clean)
       end as verdict
from evidence cross join (select * from setting limit 1) setting;
