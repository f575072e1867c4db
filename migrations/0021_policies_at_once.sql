-- Of several periods that begin at once, in which a reporter saw one policy, last_seen is the end of the longest: it was that
-- of any, as the reports happened to come. The index finds it, with the horizon, without reading others.
drop index policy_series_idx;
create index policy_series_idx on policy (series, version, start_datetime, end_datetime) include (id)
  where series is not null;

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
    order by p.start_datetime desc, p.end_datetime desc limit 1) last),
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
  order by series, p.start_datetime, span.first_start desc, version, p.end_datetime desc),
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

-- Nothing has called it since 0015.
drop function clean_after(text, text, timestamptz);

comment on table poll_run is 'Runs that fetched something or failed; counts are of messages. A run notes itself when it ends: one that was killed, or lost the database, is not here, though message has what it stored';
