-- An organization's reports on a domain are found by hashes of the two names: an index by the names took 122 bytes a report,
-- and storing reports became slower with its size; this one takes 82. Both tables are written anew: until they are vacuumed,
-- index-only scans look into session_total, too.

-- Strangers choose the names: with a seed that nobody knows they cannot choose one that has the hash of another's.
do $$
begin
  execute format(
    'create function name_hash(name text) returns bigint language sql immutable parallel safe return hashtextextended(name, %s)',
    ('x' || left(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint);
end $$;
comment on function name_hash(text) is 'What a domain or an organization is found by; in each database another';

drop index session_total_reporter_idx, failure_total_unsettled_idx;
alter table session_total
  add column domain_hash bigint not null generated always as (name_hash(recipient_domain)) stored,
  add column organization_hash bigint not null generated always as (name_hash(organization_name)) stored;
alter table failure_total
  add column domain_hash bigint not null generated always as (name_hash(recipient_domain)) stored,
  add column organization_hash bigint not null generated always as (name_hash(organization_name)) stored;
comment on column session_total.domain_hash is 'name_hash() of recipient_domain';
comment on column session_total.organization_hash is 'name_hash() of organization_name';
comment on column failure_total.domain_hash is 'name_hash() of recipient_domain';
comment on column failure_total.organization_hash is 'name_hash() of organization_name';
comment on column failure_total.clean_at is 'When later reports of the organization on the domain had covered 48 hours; null: not yet. A trigger keeps this and silent_at';
create index session_total_reporter_idx on session_total (domain_hash, organization_hash, start_datetime, end_datetime);
create index failure_total_unsettled_idx
  on failure_total (domain_hash, organization_hash, coalesce(clean_at, timestamptz 'infinity'), start_datetime);
-- Autovacuum analyses them only once they have grown by a tenth. Not while they are empty: plans would be made for that.
do $$
begin
  if exists (select from session_total) then analyze session_total, failure_total; end if;
end $$;

-- Each pair, the report that it is named by, and its last one, by a descent of the index each.
create or replace view reporter as
with recursive pair as (
  (select domain_hash, organization_hash
   from session_total
   order by domain_hash, organization_hash
   limit 1)
  union all
  select next.domain_hash, next.organization_hash
  from pair cross join lateral (
    select s.domain_hash, s.organization_hash
    from session_total s
    where (s.domain_hash, s.organization_hash) > (pair.domain_hash, pair.organization_hash)
    order by s.domain_hash, s.organization_hash
    limit 1) next)
select named.recipient_domain, named.organization_name, last.report_key, last.start_datetime, last.end_datetime,
       pair.domain_hash, pair.organization_hash
from pair
cross join lateral (
  select s.recipient_domain, s.organization_name
  from session_total s
  where s.domain_hash = pair.domain_hash and s.organization_hash = pair.organization_hash
  order by s.start_datetime desc
  limit 1) named
left join lateral (
  select s.report_key, s.start_datetime, s.end_datetime
  from session_total s
  where s.domain_hash = pair.domain_hash and s.organization_hash = pair.organization_hash
    and s.end_datetime <= (select horizon())
  order by s.start_datetime desc
  limit 1) last on true;

create or replace function reporters_of(domain text) returns table (organization_name text)
  language sql stable parallel safe
begin atomic
  with recursive known as (
    (select s.organization_hash
     from session_total s
     where s.domain_hash = name_hash(domain)
     order by s.organization_hash
     limit 1)
    union all
    select next.organization_hash
    from known cross join lateral (
      select s.organization_hash
      from session_total s
      where s.domain_hash = name_hash(domain) and s.organization_hash > known.organization_hash
      order by s.organization_hash
      limit 1) next)
  select named.organization_name
  from known cross join lateral (
    select s.organization_name
    from session_total s
    where s.domain_hash = name_hash(domain) and s.organization_hash = known.organization_hash
    order by s.start_datetime desc
    limit 1) named;
end;

create or replace function reporter_rhythm(domain text, organization text, before timestamptz)
  returns table (usual_gap interval, patience interval, last_end timestamptz) language sql stable parallel safe
begin atomic
  with recent as (
    select start_datetime, end_datetime
    from session_total
    where domain_hash = name_hash(domain) and organization_hash = name_hash(organization) and start_datetime < before
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

-- Of reports that begin at once the one that ends first comes first, here and below.
create or replace function clean_since(domain text, organization text, since timestamptz)
  returns table (clean_at timestamptz) language sql stable parallel safe
begin atomic
  select end_datetime
  from (select start_datetime, end_datetime,
               sum(ended - greatest(start_datetime, before)) over (order by start_datetime, end_datetime) as covered
        from (select start_datetime, end_datetime, end_datetime + interval '1 second' as ended,
                     max(end_datetime + interval '1 second') over (
                       order by start_datetime, end_datetime rows between unbounded preceding and 1 preceding) as before
              from session_total
              where domain_hash = name_hash(domain) and organization_hash = name_hash(organization)
                and start_datetime > since and end_datetime <= (select horizon())) report
        where before is null or ended > before) clean
  where covered >= interval '48 hours'
  order by start_datetime, end_datetime
  limit 1;
end;

create or replace function silent_after(domain text, organization text, since timestamptz, until timestamptz) returns timestamptz
  language plpgsql stable parallel safe cost 1 set plan_cache_mode = force_generic_plan as $$
begin
  return (
    with rhythm as materialized (
      select patience from tlsrpt.reporter_rhythm(domain, organization, since + interval '1 microsecond'))
    select min(end_datetime + (select patience from rhythm))
    from (
      select end_datetime, lead(start_datetime, 1, until) over (order by start_datetime, end_datetime) as next
      from tlsrpt.session_total
      where domain_hash = tlsrpt.name_hash(domain) and organization_hash = tlsrpt.name_hash(organization)
        and start_datetime >= since and start_datetime < until
        and end_datetime <= (select tlsrpt.horizon())) report
    where next > end_datetime + interval '48 hours' and next > end_datetime + (select patience from rhythm));
end $$;

-- Of a reporter that was not clean within three days it depends on its rhythm whether it was silent (settlement).
create index failure_total_slow_idx on failure_total (start_datetime) where clean_at - start_datetime > interval '3 days';

-- A report's failures are stored before its totals, and settled with them: a trigger for each took as long as storing it.
drop trigger settle on failure_total;
drop function settle_new_failure();

-- A report may settle the failures that are no younger than it and were not settled before it begins. It is also among the 60
-- reports that make the rhythm for failures that follow it: of these, the slow ones may depend on it. All others are left
-- alone; when each was looked at that was settled after the batch begins, old mail, read after new, took ten times as long.
-- Without bitmaps: only a plain scan of an index remembers for the next one what an update has left behind.
create or replace function settle_failures() returns trigger language plpgsql
  set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  with pair as materialized (
    select domain_hash, organization_hash, array_agg(start_datetime) as starts,
           min(start_datetime) as since, max(start_datetime) as until
    from stored group by 1, 2 order by 1, 2),
  reach as materialized (
    select domain_hash, organization_hash, since,
           coalesce((select s.start_datetime
                     from tlsrpt.session_total s
                     where s.domain_hash = pair.domain_hash and s.organization_hash = pair.organization_hash
                       and s.start_datetime > until and s.end_datetime <= (select tlsrpt.horizon())
                     order by s.start_datetime
                     offset 59 limit 1), 'infinity') as until
    from pair
    where exists (select from tlsrpt.failure_total
                  where clean_at - start_datetime > interval '3 days'
                    and start_datetime >= (select min(since) from pair))),
  affected as (
    select f.ctid as place, f.recipient_domain, f.organization_name, f.start_datetime
    from pair
    join tlsrpt.failure_total f
      on f.domain_hash = pair.domain_hash and f.organization_hash = pair.organization_hash
      and coalesce(f.clean_at, timestamptz 'infinity') > since and f.start_datetime <= until
      and f.start_datetime <= (select tlsrpt.horizon())
    where f.clean_at is null
      or exists (select from unnest(starts) start where start >= f.start_datetime and start < f.clean_at)
    union all
    select f.ctid, f.recipient_domain, f.organization_name, f.start_datetime
    from reach
    join tlsrpt.failure_total f
      on f.domain_hash = reach.domain_hash and f.organization_hash = reach.organization_hash
      and coalesce(f.clean_at, timestamptz 'infinity') > since and f.start_datetime between since and until
      and f.clean_at - f.start_datetime > interval '3 days'),
  settled as materialized (
    select place, s.clean_at, s.silent_at
    from affected
    cross join lateral tlsrpt.settlement(recipient_domain, organization_name, start_datetime) s)
  update tlsrpt.failure_total f
  set clean_at = s.clean_at, silent_at = s.silent_at
  from settled s
  where f.ctid = s.place and (f.clean_at, f.silent_at) is distinct from (s.clean_at, s.silent_at);
  return null;
end $$;

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
  where s.domain_hash = r.domain_hash and s.organization_hash = r.organization_hash
    and s.end_datetime <= (select horizon())) first
cross join lateral (
  select count(distinct utc_day(s.start_datetime)) as days_reported
  from session_total s
  where s.domain_hash = r.domain_hash and s.organization_hash = r.organization_hash
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

create or replace view v_enforce as
with known as (
  select recipient_domain, organization_name, report_key, start_datetime, end_datetime, domain_hash, organization_hash
  from reporter),
last as materialized (
  -- The last period of the last 30 days in which each organization saw a policy: mostly that of its last report. Periods
  -- are found by their start, and none is longer than another 30 days.
  select recipient_domain, organization_name, domain_hash, organization_hash,
         case when exists (select from quoted_sts(report_key, recipient_domain)) then start_datetime
              else (select s.start_datetime
                    from session_total s
                    where s.domain_hash = k.domain_hash and s.organization_hash = k.organization_hash
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
    where s.domain_hash = last.domain_hash and s.organization_hash = last.organization_hash
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
    order by f.end_datetime desc, f.organization_name, f.result_type, f.host
    limit 1) f on true),
-- By organization, as the index has it: without, all reports of all time on a domain would be looked at.
clean as materialized (
  select f.recipient_domain, count(distinct utc_day(s.start_datetime)) as days,
         count(distinct s.organization_name) as reporters, sum(s.sessions) as sessions
  from failing f
  join known k on k.recipient_domain = f.recipient_domain
  join session_total s on s.domain_hash = k.domain_hash and s.organization_hash = k.organization_hash
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
