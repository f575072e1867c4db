-- Views are the contract for dashboards; docs/views.md shows them column by column. These: sessions.
-- Function bodies are SQL-standard: what they name is bound here, whatever search_path a reader has.

create function clock() returns timestamptz language sql stable parallel safe
  return coalesce(nullif(current_setting('tlsrpt.now', true), '')::timestamptz, now());
comment on function clock() is 'What the views take for now: tlsrpt.now where that is set';

create function utc_day(moment timestamptz) returns date language sql immutable parallel safe
  return (moment at time zone 'UTC')::date;
comment on function utc_day(timestamptz) is 'The day of a moment in UTC, in which RFC 8460 §4.1 wants reports to be';

-- RFC 8460 §4.1 leaves open how a day ends: at 23:59:59 or, as some senders write it, at the next midnight.
create function last_moment(end_datetime timestamptz) returns timestamptz language sql immutable parallel safe
  return case when end_datetime = date_trunc('day', end_datetime, 'UTC') then end_datetime - interval '1 second'
              else end_datetime end;
comment on function last_moment(timestamptz) is 'The last second of a period, so that its date is the period''s own';

-- A hostile report's counts may add up to more than 64 bits.
create function as_count(total numeric) returns bigint language sql immutable parallel safe
  return least(total, 9223372036854775807)::bigint;
comment on function as_count(numeric) is 'A sum of counts, at most the largest 64-bit number';

create function failure_rate(failures numeric, sessions numeric) returns double precision
  language sql immutable parallel safe
  return (failures / nullif(sessions, 0))::double precision;
comment on function failure_rate(numeric, numeric) is 'From 0 to 1; null without sessions';

create function severity(failures numeric, sessions numeric, setting setting) returns text
  language sql immutable parallel safe
  return case
    when sessions = 0 or sessions < setting.minimum_sessions then null
    when failures < setting.warning_rate * sessions then 'ok'
    when failures <= setting.critical_rate * sessions then 'warning'
    else 'critical'
  end;
comment on function severity(numeric, numeric, setting) is
  'ok, warning or critical by the thresholds in setting; null below its minimum of sessions';

-- The dashboards' period, of v_sessions by its start and of v_daily by its day. Both ends of these indexes grow: storing
-- in the order of arrival touches their last pages only, and equal days share an entry.
create index session_total_start_datetime_idx on session_total (start_datetime);
create index session_total_day_idx on session_total (utc_day(start_datetime));

create view v_sessions as
select report_key, organization_name, recipient_domain, start_datetime, end_datetime,
       sessions, sessions - failures as successes, failures, utc_day(start_datetime) as day
from session_total;
comment on view v_sessions is 'Report × recipient domain: sessions counted once; these may be summed';
comment on column v_sessions.report_key is 'report.id';
comment on column v_sessions.organization_name is 'Who reports (RFC 8460 §4.4); empty where the report does not say';
comment on column v_sessions.recipient_domain is 'Whose mail the sessions carried';
comment on column v_sessions.start_datetime is 'Start of the period that the report covers';
comment on column v_sessions.end_datetime is 'End of that period, as sent: 23:59:59 or the next midnight (RFC 8460 §4.1)';
comment on column v_sessions.sessions is 'Sessions, each counted once';
comment on column v_sessions.successes is 'Sessions less failures';
comment on column v_sessions.failures is 'Sessions that failed';
comment on column v_sessions.day is 'UTC day of start_datetime';

create view v_daily as
select d.day, d.recipient_domain, d.organization_name, as_count(d.sessions) as sessions,
       as_count(d.sessions - d.failures) as successes, as_count(d.failures) as failures,
       failure_rate(d.failures, d.sessions) as failure_rate,
       severity(d.failures, d.sessions, s) as severity, d.reports
from (select utc_day(start_datetime) as day, recipient_domain, organization_name, sum(sessions) as sessions,
             sum(failures) as failures, count(*) as reports
      from session_total
      group by 1, 2, 3) d
cross join (select * from setting limit 1) s;
comment on view v_daily is 'Sessions by UTC day, recipient domain and organization';
comment on column v_daily.day is 'UTC day of the periods'' start';
comment on column v_daily.recipient_domain is 'Whose mail the sessions carried';
comment on column v_daily.organization_name is 'Who reports; empty where the report does not say';
comment on column v_daily.sessions is 'Sessions, each counted once';
comment on column v_daily.successes is 'Sessions less failures';
comment on column v_daily.failures is 'Sessions that failed';
comment on column v_daily.failure_rate is 'failures / sessions, from 0 to 1; null without sessions. Of several rows: sum both, then divide';
comment on column v_daily.severity is 'ok, warning or critical by the thresholds in setting; null below its minimum of sessions';
comment on column v_daily.reports is 'Reports that the row is made of';
