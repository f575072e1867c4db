-- What reporters saw of each domain's policies.

-- RFC 8461 §3.2: "key: value" lines; senders give them in any order (json-39) and with CR or spaces (json-38).
create function policy_values(lines text[], key text) returns text[] language sql immutable parallel safe
begin atomic
  select array_agg(btrim(substr(line, position(':' in line) + 1), E' \t\r\n') order by place)
  from unnest(lines) with ordinality l (line, place)
  where lower(btrim(split_part(line, ':', 1), E' \t\r\n')) = key and position(':' in line) > 0;
end;

create view v_policy as
with seen as (
  select p.recipient_domain, p.policy_type, p.policy_domain, coalesce(r.organization_name, '') as organization_name,
         r.start_datetime, r.end_datetime, p.policy_string, p.mx_host, p.ordinal, r.id as report_key, p.id
  from policy p join report r on r.id = p.report_key
  where p.policy_type in ('sts', 'tlsa') and p.policy_string <> '{}'),
changed as (
  select *, lag(array_to_string(policy_string || mx_host, '|')) over w is distinct from array_to_string(policy_string || mx_host, '|') as is_change
  from seen
  window w as (partition by recipient_domain, policy_type, policy_domain, organization_name order by start_datetime, report_key, ordinal)),
numbered as (
  select *, count(*) filter (where is_change) over (partition by recipient_domain, policy_type, policy_domain, organization_name order by start_datetime, report_key, ordinal) as version
  from changed),
run as (
  select recipient_domain, policy_type, policy_domain, organization_name, version,
         min(start_datetime) as first_seen, max(last_moment(end_datetime)) as last_seen,
         max(id) as policy_key,
         lead(min(start_datetime)) over (partition by recipient_domain, policy_type, policy_domain, organization_name order by version) as replaced_at
  from numbered
  group by 1, 2, 3, 4, 5)
select run.recipient_domain, run.policy_type, organization_name, first_seen, last_seen, replaced_at,
       replaced_at is null as current,
       case when p.policy_type = 'sts' then lower((policy_values(policy_string, 'mode'))[1]) end as mode,
       case when p.policy_type = 'sts' then coalesce(policy_values(policy_string, 'mx'), mx_host) else mx_host end as mx,
       case when p.policy_type = 'sts' and (policy_values(policy_string, 'max_age'))[1] ~ '^[0-9]{1,10}$'
            then (policy_values(policy_string, 'max_age'))[1]::bigint end as max_age,
       case when p.policy_type = 'tlsa' then policy_string end as tlsa,
       p.policy_domain, p.policy_string
from run join policy p on p.id = run.policy_key;
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
with testing as (
  select recipient_domain, min(first_seen) as testing_since
  from v_policy
  where policy_type = 'sts' and current and mode = 'testing'
  group by 1),
evidence as (
  select t.recipient_domain, t.testing_since, f.last_failure, f.result_type, f.host,
         count(distinct utc_day(s.start_datetime)) as days_clean,
         count(distinct s.organization_name) as reporters, coalesce(sum(s.sessions), 0) as sessions
  from testing t
  left join lateral (
    select last_moment(end_datetime) as last_failure, result_type, host from failure_total f
    where f.recipient_domain = t.recipient_domain
      and result_type not in (select code from result_type where category = 'dane')
    order by end_datetime desc limit 1) f on true
  left join session_total s on s.recipient_domain = t.recipient_domain
    and s.start_datetime > coalesce(f.last_failure, '-infinity') and s.start_datetime >= t.testing_since
  group by 1, 2, 3, 4, 5)
select recipient_domain, testing_since, last_failure, days_clean, reporters, as_count(sessions) as sessions,
       case
         when days_clean >= 14 and sessions > 0 then 'ready to enforce'
         when last_failure is not null and days_clean < 14 then format(
           '%s%s failed on %s: %s of 14 clean days since', result_type, coalesce(' at ' || nullif(host, ''), ''),
           utc_day(last_failure), days_clean)
         when sessions = 0 then 'no sessions reported'
         else format('clean, but for %s of 14 days only', days_clean)
       end as verdict
from evidence;
comment on view v_enforce is 'Domains whose MTA-STS policy is in mode testing: may they enforce?';
comment on column v_enforce.recipient_domain is 'Domain whose policy some reporter still sees in mode testing';
comment on column v_enforce.testing_since is 'When that policy was first seen';
comment on column v_enforce.last_failure is 'End of the last period with a failure that enforcing would make fatal (DANE''s are not); null: none';
comment on column v_enforce.days_clean is 'Days reported on since, under this policy';
comment on column v_enforce.reporters is 'Organizations that reported since';
comment on column v_enforce.sessions is 'Sessions since';
comment on column v_enforce.verdict is 'ready to enforce, or what stands in its way';
