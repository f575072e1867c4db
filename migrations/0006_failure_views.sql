-- What fails, on which host, for whom, since when, and what to do about it.

-- The failures of a period among all.
create index failure_detail_start_datetime_idx on failure_detail (start_datetime);

-- The advice ends at ": "; there MX is a word, and in the commands behind it a name. Names come from strangers.
create function remedy_for(remedy text, mx text, domain text) returns text language sql immutable parallel safe
begin atomic
  select case when domain ~ '^[A-Za-z0-9_.][A-Za-z0-9_.-]*$' then regexp_replace(filled, '\mDOMAIN\M', domain, 'g')
              else filled end
  from (select case when mx ~ '^[A-Za-z0-9_.][A-Za-z0-9_.-]*$' and position(': ' in remedy) > 0
                    then left(remedy, position(': ' in remedy) + 1)
                         || regexp_replace(substr(remedy, position(': ' in remedy) + 2), '\mMX\M', mx, 'g')
                    else remedy end as filled) named;
end;
comment on function remedy_for(text, text, text) is 'A remedy with the names of the MX and the domain filled in where they are host names';

-- What a result type means; an unknown one is explained as such.
create function explanation(type text) returns setof result_type language sql stable parallel safe
begin atomic
  select * from result_type where code in (type, 'unknown') order by code = 'unknown' limit 1;
end;
comment on function explanation(text) is 'The entry of a result type; for one that is not in the table, the entry of unknown';

create view v_failure as
select d.id as failure_key, p.report_key, r.organization_name, p.recipient_domain, d.start_datetime, r.end_datetime,
       utc_day(d.start_datetime) as day, p.policy_type, p.policy_domain,
       d.result_type, e.category, d.receiving_mx_hostname, d.receiving_mx_helo, d.receiving_ip, d.sending_mta_ip,
       d.failed_session_count, d.failure_reason_code, d.additional_information,
       e.cause, remedy_for(e.remedy, d.receiving_mx_hostname, p.recipient_domain) as remedy, e.reference,
       case when e.category = 'sts' then 'mta-sts.' || p.recipient_domain else d.receiving_mx_hostname end as host
from failure_detail d
join policy p on p.id = d.policy_key
join report r on r.id = p.report_key
cross join lateral explanation(d.result_type) e;
comment on view v_failure is 'Every failure detail with its report; sessions may stand in several (RFC 8460 §4.4), so their sum is no number of sessions';
comment on column v_failure.failure_key is 'failure_detail.id';
comment on column v_failure.report_key is 'report.id';
comment on column v_failure.organization_name is 'Who reports; empty where the report does not say';
comment on column v_failure.recipient_domain is 'Whose mail the sessions carried';
comment on column v_failure.start_datetime is 'Start of the period that the report covers';
comment on column v_failure.end_datetime is 'End of that period, as sent';
comment on column v_failure.day is 'UTC day of start_datetime';
comment on column v_failure.policy_type is 'sts, tlsa, no-policy-found, or the sender''s own word (RFC 8460 §4.4)';
comment on column v_failure.policy_domain is 'Whose policy was applied';
comment on column v_failure.result_type is 'What failed (RFC 8460 §4.3)';
comment on column v_failure.category is 'certificate, starttls, sts, dane or other';
comment on column v_failure.receiving_mx_hostname is 'The MX, as sent; null where the sender names none';
comment on column v_failure.receiving_mx_helo is 'The name the MX gave itself';
comment on column v_failure.receiving_ip is 'The MX''s address';
comment on column v_failure.sending_mta_ip is 'The sender''s address';
comment on column v_failure.failed_session_count is 'Sessions that failed so; one session may stand in several details: no sum of these is a number of sessions';
comment on column v_failure.failure_reason_code is 'The sender''s own reason';
comment on column v_failure.additional_information is 'A URI by the standard, any text in practice';
comment on column v_failure.cause is 'What the result type means';
comment on column v_failure.remedy is 'What to do, with the commands to diagnose it, the names of MX and domain filled in';
comment on column v_failure.reference is 'The standard''s section';
comment on column v_failure.host is 'What is at fault, as in v_incident.receiving_mx_hostname: the MX, or mta-sts.DOMAIN';

create function last_break_step(last_break bigint, island bigint, waiting bigint, clean bigint)
  returns bigint language sql immutable parallel safe
  return case when waiting <= last_break and clean > last_break then island else last_break end;
create aggregate last_break(bigint, bigint, bigint) (sfunc = last_break_step, stype = bigint, initcond = '0');

create function clean_since(domain text, organization text, since timestamptz, until timestamptz)
  returns table (clean_at timestamptz) language sql stable parallel safe
begin atomic
  select end_datetime
  from (select start_datetime, end_datetime,
               sum(greatest(ended - greatest(start_datetime, before), interval '0')) over (order by start_datetime) as covered
        from (select start_datetime, end_datetime, end_datetime + interval '1 second' as ended,
                     max(end_datetime + interval '1 second') over (
                       order by start_datetime rows between unbounded preceding and 1 preceding) as before
              from session_total
              where recipient_domain = domain and organization_name = organization
                and start_datetime > since and start_datetime < until) report) clean
  where covered >= interval '48 hours' and end_datetime <= until
  order by start_datetime
  limit 1;
end;

create view v_incident as
with failing as (
  select f.*, max(end_datetime) over (
           partition by recipient_domain, result_type, host
           order by start_datetime, report_key rows between unbounded preceding and 1 preceding) as seen_until
  from failure_total f),
numbered as (
  select *, count(*) filter (where seen_until is null or start_datetime - seen_until >= interval '48 hours') over (
           partition by recipient_domain, result_type, host order by start_datetime, report_key) as island
  from failing),
island as (
  select recipient_domain, result_type, host, island, min(start_datetime) as first_seen, max(last_moment(end_datetime)) as last_seen,
         max(start_datetime) as last_start,
         count(distinct utc_day(start_datetime)) as days, count(*) as reports, sum(failed_sessions) as failed_sessions,
         sum(sessions) as sessions, sum(failures) as failures,
         coalesce(lead(min(start_datetime)) over (
           partition by recipient_domain, result_type, host order by island), clock()) as until
  from numbered
  group by recipient_domain, result_type, host, island),
hit as (
  select recipient_domain, result_type, host, island, organization_name,
         lead(island) over (
           partition by recipient_domain, result_type, host, organization_name order by island) as next_hit
  from numbered
  group by recipient_domain, result_type, host, island, organization_name),
witness as materialized (
  select i.recipient_domain, i.result_type, i.host, i.island, h.organization_name, h.island as hit, c.clean_at,
         case when c.clean_at is null then (
           select r.expected_by >= i.until from reporter_rhythm(i.recipient_domain, h.organization_name, i.until) r)
           else false end as waiting
  from island i
  join hit h on h.recipient_domain = i.recipient_domain and h.result_type = i.result_type and h.host = i.host
    and h.island <= i.island and (h.next_hit is null or h.next_hit > i.island)
  left join lateral clean_since(i.recipient_domain, h.organization_name, i.last_start, i.until) c on true),
verdict as (
  select i.*, w.waiting, coalesce(w.clean, 0) as clean, outside.clean_at as outside_clean_at
  from island i
  join (select recipient_domain, result_type, host, island, max(hit) filter (where clean_at is not null) as clean,
               coalesce(max(hit) filter (where waiting), 0) as waiting
        from witness
        group by recipient_domain, result_type, host, island) w
    using (recipient_domain, result_type, host, island)
  left join lateral (
    select min(c.clean_at) as clean_at
    from reporter r, lateral clean_since(r.recipient_domain, r.organization_name, i.last_start, i.until) c
    where w.clean is null and w.waiting = 0 and r.recipient_domain = i.recipient_domain) outside on true),
state as (
  select *, last_break(island, waiting, case when outside_clean_at is not null then island else clean end) over (
           partition by recipient_domain, result_type, host order by island) as broken
  from verdict),
part as (
  select *, coalesce(lag(broken) over (partition by recipient_domain, result_type, host order by island), 0) as after
  from state),
witnessed as (
  select p.recipient_domain, p.result_type, p.host, p.after,
         array_agg(distinct w.organization_name order by w.organization_name) as organizations,
         last_moment(max(case when p.broken = p.island then coalesce(w.clean_at, p.outside_clean_at) end)) as resolved_at
  from part p
  join witness w using (recipient_domain, result_type, host, island)
  where w.hit > p.after
  group by p.recipient_domain, p.result_type, p.host, p.after),
episode as (
  select recipient_domain, result_type, host, after, min(first_seen) as first_seen, max(last_seen) as last_seen,
         sum(days) as days, sum(reports) as reports, sum(failed_sessions) as failed_sessions, sum(sessions) as sessions,
         sum(failures) as failures
  from part
  group by recipient_domain, result_type, host, after)
select episode.recipient_domain, episode.result_type, nullif(episode.host, '') as receiving_mx_hostname,
       episode.first_seen, episode.last_seen, episode.days::bigint as days,
       as_count(episode.failed_sessions) as sessions, cardinality(witnessed.organizations) as reporters,
       severity(episode.failures, episode.sessions, s) as severity,
       case when witnessed.resolved_at is null then 'open' else 'resolved' end as state, witnessed.resolved_at,
       e.cause, remedy_for(e.remedy, nullif(episode.host, ''), episode.recipient_domain) as remedy,
       e.category, e.reference, failure_rate(episode.failures, episode.sessions) as failure_rate,
       witnessed.organizations, episode.reports::bigint as reports
from episode
join witnessed using (recipient_domain, result_type, host, after)
cross join (select * from setting limit 1) s
cross join lateral explanation(episode.result_type) e;
comment on view v_incident is 'One row per episode of recipient domain × result type × MX';
comment on column v_incident.recipient_domain is 'Whose mail is concerned';
comment on column v_incident.result_type is 'What failed (RFC 8460 §4.3); unspecified where senders counted failures and gave no details';
comment on column v_incident.receiving_mx_hostname is 'The MX; for a policy that could not be had, mta-sts.DOMAIN; null where nobody names one';
comment on column v_incident.first_seen is 'Start of the first period with the failure';
comment on column v_incident.last_seen is 'End of the last period with the failure';
comment on column v_incident.days is 'Distinct UTC days on which a period with the failure starts';
comment on column v_incident.sessions is 'Sum of failed-session-count, in which sessions may stand several times';
comment on column v_incident.reporters is 'Organizations that reported it';
comment on column v_incident.severity is 'As in v_daily, of all sessions and failures in the reports that show the failure';
comment on column v_incident.state is 'open or resolved';
comment on column v_incident.resolved_at is 'When the last of the clean 48 hours ended; null while open';
comment on column v_incident.cause is 'What the result type means';
comment on column v_incident.remedy is 'What to do, with the commands to diagnose it, the names of MX and domain filled in';
comment on column v_incident.category is 'certificate, starttls, sts, dane or other';
comment on column v_incident.reference is 'The standard''s section';
comment on column v_incident.failure_rate is 'What severity goes by: failures / sessions of the reports that show the failure';
comment on column v_incident.organizations is 'The names of these organizations';
comment on column v_incident.reports is 'Reports that show the failure';
