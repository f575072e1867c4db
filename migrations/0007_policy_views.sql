-- What reporters saw of each domain's policies.

-- RFC 8461 §3.2: "key: value" lines; senders give them in any order (json-39) and with CR or spaces (json-38).
create function policy_values(lines text[], key text) returns text[] language sql immutable parallel safe
begin atomic
  select array_agg(btrim(substr(line, position(':' in line) + 1), E' \t\r\n') order by place)
  from unnest(lines) with ordinality l (line, place)
  where lower(btrim(split_part(line, ':', 1), E' \t\r\n')) = key and position(':' in line) > 0;
end;

-- The times at which each version of each policy was seen.
create index policy_series_idx on policy (series, version, start_datetime) include (end_datetime, id)
  where series is not null;

create view v_policy as
with recursive version as (
  -- Each by one descent of the index: there are a million reports and some thousand versions.
  (select series, version from policy where series is not null order by series, version limit 1)
  union all
  select next.series, next.version
  from version cross join lateral (
    select p.series, p.version
    from policy p
    where (p.series, p.version) > (version.series, version.version) and p.series is not null
    order by p.series, p.version
    limit 1) next),
span as (
  select series, version, first.start_datetime as first_start, last.start_datetime as last_start,
         last.end_datetime as last_end, last.id as last_key
  from version
  cross join lateral (
    select start_datetime from policy p
    where p.series = version.series and p.version = version.version
    order by p.start_datetime limit 1) first
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
       case when p.policy_type = 'sts' and (policy_values(p.policy_string, 'max_age'))[1] ~ '^[0-9]{1,10}$'
            then (policy_values(p.policy_string, 'max_age'))[1]::bigint end as max_age,
       case when p.policy_type = 'tlsa' then p.policy_string end as tlsa,
       p.policy_domain, p.policy_string
from (select *, lead(first_start) over (partition by series order by first_start) as replaced_at from run) run
join policy p on p.id = run.last_key
join report r on r.id = p.report_key;
comment on view v_policy is 'MTA-STS and DANE policies over time as each reporter saw them, a row for each change';
comment on column v_policy.recipient_domain is 'Whose mail the policy is for';
comment on column v_policy.policy_type is 'sts or tlsa';
comment on column v_policy.organization_name is 'Who saw it';
comment on column v_policy.first_seen is 'Start of the first period in which this reporter saw this policy';
comment on column v_policy.last_seen is 'End of the last such period before it saw another, or until now';
comment on column v_policy.replaced_at is 'Start of the period in which it saw the next one; null: none';
comment on column v_policy.current is 'It saw none after this';
comment on column v_policy.mode is 'sts: enforce, testing or none (RFC 8461 §3.2)';
comment on column v_policy.mx is 'sts: the policy''s MX patterns; tlsa: the MX hosts that the report names';
comment on column v_policy.max_age is 'sts: seconds for which the policy may be kept';
comment on column v_policy.tlsa is 'tlsa: the records';
comment on column v_policy.policy_domain is 'RFC 8460 §4.4 policy-domain; of DANE policies it may be an MX host';
comment on column v_policy.policy_string is 'The policy as sent, a line or a record each';

create view v_enforce as
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
    where f.recipient_domain = t.recipient_domain
      and f.result_type not in (select code from result_type where category = 'dane')
    order by f.end_datetime desc
    limit 1) f on true
  cross join lateral (
    select count(distinct utc_day(start_datetime)) as days_clean, count(distinct organization_name) as reporters,
           sum(sessions) as sessions
    from session_total s
    where s.recipient_domain = t.recipient_domain and s.start_datetime >= t.testing_since
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
comment on view v_enforce is 'Domains whose MTA-STS policy is in mode testing: may they enforce?';
comment on column v_enforce.recipient_domain is 'Domain whose policy some reporter still sees in mode testing';
comment on column v_enforce.testing_since is 'When that policy was first seen';
comment on column v_enforce.last_failure is 'End of the last period with a failure that enforcing would make fatal (DANE''s are not); null: none';
comment on column v_enforce.days_clean is 'Days reported on since, under this policy, of the last 90';
comment on column v_enforce.reporters is 'Organizations that reported since';
comment on column v_enforce.sessions is 'Sessions since';
comment on column v_enforce.verdict is 'ready to enforce, or what stands in its way';
