-- What fails, on which host, for whom, since when, and what to do about it.

-- The failures of a period among all.
create index failure_detail_start_datetime_idx on failure_detail (start_datetime);
create index failure_detail_day_idx on failure_detail (utc_day(start_datetime));

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

create function clean_after(domain text, organization text, since timestamptz) returns timestamptz
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
                where recipient_domain = domain and organization_name = organization and start_datetime > since) report
          where before is null or ended > before) clean
    where covered >= interval '48 hours'
    order by start_datetime
    limit 1);
end $$;
comment on function clean_after(text, text, timestamptz) is
  'When the reports of an organization on a domain that begin after a moment had covered 48 hours; null: not yet';

create function silent_after(domain text, organization text, since timestamptz, until timestamptz) returns timestamptz
  language plpgsql stable parallel safe as $$
begin
  return (
    select min(r.end_datetime + rhythm.patience)
    from tlsrpt.reporter_rhythm(domain, organization, since + interval '1 microsecond') rhythm
    cross join (
      select end_datetime, lead(start_datetime, 1, until) over (order by start_datetime) as next
      from tlsrpt.session_total
      where recipient_domain = domain and organization_name = organization
        and start_datetime >= since and start_datetime < until) r
    where r.next > r.end_datetime + rhythm.patience);
end $$;
comment on function silent_after(text, text, timestamptz, timestamptz) is
  'When an organization that reported on a domain at one moment had fallen silent before another; null: it had not';

-- Kept with the failure, because what follows a failure is far to look for: an incident of years ago is over, and a
-- dashboard asks again and again. A reporter that is clean within three days was never silent.
create function settle(inout failure failure_total) language plpgsql as $$
begin
  failure.clean_at := tlsrpt.clean_after(failure.recipient_domain, failure.organization_name, failure.start_datetime);
  failure.silent_at := case when failure.clean_at - failure.start_datetime > interval '3 days'
    then tlsrpt.silent_after(failure.recipient_domain, failure.organization_name, failure.start_datetime, failure.clean_at) end;
end $$;

create function settle_new_failure() returns trigger language plpgsql as $$
begin
  return tlsrpt.settle(new);
end $$;
comment on function settle_new_failure() is 'Reports may arrive in any order: what follows a failure may be here already';
create trigger settle before insert on failure_total for each row execute function settle_new_failure();

-- Pair by pair, so that each is one look into an index, and sorted, so that two writers do not wait for each other.
create function settle_failures() returns trigger language plpgsql as $$
declare
  pair record;
begin
  for pair in
    select recipient_domain, organization_name, min(start_datetime) as since from stored group by 1, 2 order by 1, 2
  loop
    update tlsrpt.failure_total f
    set (clean_at, silent_at) = (select s.clean_at, s.silent_at from tlsrpt.settle(f) s)
    where f.recipient_domain = pair.recipient_domain and f.organization_name = pair.organization_name
      and (f.clean_at is null or f.clean_at > pair.since);
  end loop;
  return null;
end $$;
comment on function settle_failures() is 'New reports may settle failures of the same organization on the same domain';
create trigger settle after insert on session_total referencing new table as stored
  for each statement execute function settle_failures();

create index failure_total_pair_idx on failure_total (recipient_domain, organization_name);
create index failure_total_incident_idx on failure_total (recipient_domain, result_type, host, start_datetime);

-- What the latest incident of its kind needs to be over: all that saw it must have been clean since it was last seen, be
-- it by another, unless they fell silent; where all did, another organization must have been clean.
create function proven_over(domain text, type text, at_host text, first_start timestamptz, last_start timestamptz,
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
          where recipient_domain = domain and result_type = type and host = at_host and start_datetime >= first_start
          group by organization_name
          having max(start_datetime) < last_start) earlier);
end $$;
comment on function proven_over(text, text, text, timestamptz, timestamptz, boolean) is
  'When reports had proven that an incident that begins and ends with these periods is over; infinity: not yet';

create view v_incident as
with settled as (
  select recipient_domain, result_type, host, organization_name, start_datetime, end_datetime, failed_sessions, sessions,
         failures, clean_at,
         -- Null for as long as the organization that reported the failure neither was clean nor fell silent.
         case when clean_at is not null then least(clean_at, silent_at)
              else silent_after(recipient_domain, organization_name, start_datetime, clock()) end as settled_at,
         utc_day(start_datetime) is distinct from utc_day(lag(start_datetime) over (
           partition by recipient_domain, result_type, host order by start_datetime)) as is_new_day
  from failure_total),
marked as (
  select *, max(coalesce(settled_at, 'infinity')) over (
           partition by recipient_domain, result_type, host
           order by start_datetime rows between unbounded preceding and 1 preceding) as held_until
  from settled),
numbered as (
  select *, count(*) filter (where held_until is null or start_datetime >= held_until) over (
           partition by recipient_domain, result_type, host order by start_datetime) as episode
  from marked),
episode as (
  select recipient_domain, result_type, host, episode, min(start_datetime) as first_seen,
         max(last_moment(end_datetime)) as last_seen, count(*) filter (where is_new_day) as days, count(*) as reports,
         as_count(sum(failed_sessions)) as failed_sessions, sum(sessions) as sessions, sum(failures) as failures,
         max(coalesce(settled_at, 'infinity')) as settled_at, coalesce(bool_or(settled_at = clean_at), false) as any_clean,
         array_agg(distinct organization_name) as organizations, max(start_datetime) as last_start,
         lead(episode) over (partition by recipient_domain, result_type, host order by episode) is null as is_latest
  from numbered
  group by 1, 2, 3, 4)
select e.recipient_domain, e.result_type, nullif(e.host, '') as receiving_mx_hostname, e.first_seen, e.last_seen, e.days,
       e.failed_sessions as sessions, cardinality(e.organizations) as reporters,
       severity(e.failures, e.sessions, s) as severity,
       case when latest.over_at = 'infinity' then 'open' else 'resolved' end as state,
       last_moment(nullif(latest.over_at, 'infinity')) as resolved_at,
       t.cause, remedy_for(t.remedy, nullif(e.host, ''), e.recipient_domain) as remedy,
       t.category, t.reference, failure_rate(e.failures, e.sessions) as failure_rate, e.organizations, e.reports
from episode e
cross join (select * from setting limit 1) s
cross join lateral explanation(e.result_type) t
cross join lateral (
  select case when e.is_latest and e.settled_at <> 'infinity'
              then greatest(e.settled_at, proven_over(
                e.recipient_domain, e.result_type, e.host, e.first_seen, e.last_start, e.any_clean))
              else e.settled_at end as over_at
  offset 0) latest;
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
