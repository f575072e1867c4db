-- Whether reports come, and from whom.

-- Distinct pairs of recipient domain and organization, each by one descent of the index: there are a million reports
-- and some hundred pairs.
create index session_total_reporter_idx on session_total (recipient_domain, organization_name, start_datetime)
  include (end_datetime);
-- Reports that came late are few, and the index holds nothing else.
create index report_late_idx on report (id) where received_at - end_datetime > interval '3 days';

create view reporter as
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
from pair cross join lateral (
  select s.report_key, s.start_datetime, s.end_datetime
  from session_total s
  where s.recipient_domain = pair.recipient_domain and s.organization_name = pair.organization_name
  order by s.start_datetime desc
  limit 1) last;
comment on view reporter is 'Each organization that ever reported on a recipient domain, with its last report; other views use it';

-- The rhythm of a reporter as its last 60 reports before a moment show it, in days because a day may have many. The
-- usual gap is the 95th percentile: one outage is no habit. Patience is how long after the end of a period the next
-- report is waited for, in hours because a day's length is the session's time zone's affair; of whom too little is known,
-- a week.
create function reporter_rhythm(domain text, organization text, before timestamptz)
  returns table (usual_gap interval, patience interval, last_end timestamptz) language sql stable parallel safe
begin atomic
  with recent as (
    select start_datetime, end_datetime
    from session_total
    where recipient_domain = domain and organization_name = organization and start_datetime < before
    order by start_datetime desc
    limit 60),
  gap as (
    select day - lag(day) over (order by day) as days, ended
    from (select utc_day(start_datetime) as day, max(end_datetime) as ended from recent group by 1) reported),
  habit as (
    select percentile_disc(0.95) within group (order by days) as usual, count(days) as known, max(ended) as last_end
    from gap)
  select make_interval(days => usual),
         make_interval(hours => case when known >= 3 then usual * 24 + greatest(24, usual * 12)
                                     else greatest(168, usual * 36) end),
         last_end
  from habit;
end;
comment on function reporter_rhythm(text, text, timestamptz) is
  'How often an organization had reported on a domain before a moment, and how long its next report is waited for';

create view v_reporter as
select r.organization_name, r.recipient_domain, first.start_datetime as first_seen, last_moment(r.end_datetime) as last_seen,
       recent.days_reported, rhythm.usual_gap, r.end_datetime + rhythm.patience as expected_by,
       clock() > r.end_datetime + rhythm.patience as silent,
       coalesce(late.reports, 0) as late_deliveries,
       coalesce(conformance.deviations, 0) as deviations, coalesce(conformance.by_code, '{}') as conformance
from reporter r
cross join lateral (
  select min(s.start_datetime) as start_datetime
  from session_total s
  where s.recipient_domain = r.recipient_domain and s.organization_name = r.organization_name) first
cross join lateral (
  select count(distinct utc_day(s.start_datetime)) as days_reported
  from session_total s
  where s.recipient_domain = r.recipient_domain and s.organization_name = r.organization_name
    and s.start_datetime >= date_trunc('day', clock(), 'UTC') - interval '720 hours'
    and s.start_datetime < date_trunc('day', clock(), 'UTC')) recent
cross join lateral reporter_rhythm(r.recipient_domain, r.organization_name, 'infinity') rhythm
left join (
  select s.recipient_domain, s.organization_name, count(*) as reports
  from report join session_total s on s.report_key = report.id
  where report.received_at - report.end_datetime > interval '3 days'
  group by 1, 2) late
  on late.recipient_domain = r.recipient_domain and late.organization_name = r.organization_name
left join (
  select recipient_domain, organization_name, as_count(sum(times)) as deviations,
         jsonb_object_agg(code, times) as by_code
  from (select s.recipient_domain, s.organization_name, d.code, count(*) as times
        from session_total s join deviation d on d.report_key = s.report_key
        where s.start_datetime > clock() - interval '90 days'
        group by 1, 2, 3) counted
  group by 1, 2) conformance
  on conformance.recipient_domain = r.recipient_domain and conformance.organization_name = r.organization_name;
comment on view v_reporter is 'Organization × recipient domain: does it still report, when, and how well';
comment on column v_reporter.organization_name is 'Who reports; empty where its reports do not say';
comment on column v_reporter.recipient_domain is 'Whose mail it reports on';
comment on column v_reporter.first_seen is 'Start of its first report''s period';
comment on column v_reporter.last_seen is 'End of its last report''s period';
comment on column v_reporter.days_reported is 'Of the 30 days before today, those on which a period of its reports starts';
comment on column v_reporter.usual_gap is 'Days from one report to the next, the 95th percentile of its last 60 reports; null with one day only';
comment on column v_reporter.expected_by is 'When its next report should have been here: last_seen, the usual gap, and half of it (at least a day) for the way';
comment on column v_reporter.silent is 'expected_by is over';
comment on column v_reporter.late_deliveries is 'Reports received more than 3 days after the end of their period';
comment on column v_reporter.deviations is 'Liberties taken with RFC 8460 in its reports of the last 90 days';
comment on column v_reporter.conformance is 'The same by kind: {"code": times}';

create function is_at_or_below(name text, parent text) returns boolean language sql immutable parallel safe
  return name = parent or right(name, length(parent) + 1) = '.' || parent;
comment on function is_at_or_below(text, text) is 'name is parent or lies below it';

create view v_coverage as
with named as (
  select name, max(end_datetime) as last_end
  from (select recipient_domain as name, end_datetime from reporter
        union all
        -- An MX host may be listed too: DANE policies may name it.
        select p.policy_domain, r.end_datetime from reporter r join policy p on p.report_key = r.report_key) n
  group by name)
select m.name as mailbox, listed.domain, last_moment(max(named.last_end)) as last_report
from mailbox m
cross join lateral unnest(m.domains) listed (domain)
left join named on is_at_or_below(named.name, listed.domain)
where m.retired_at is null
group by m.name, listed.domain
having coalesce(max(named.last_end) < clock() - interval '7 days', true);
comment on view v_coverage is 'Configured domains (mailboxes[].domains) with no report in the last 7 days; none: all is well';
comment on column v_coverage.mailbox is 'The mailbox for which the domain is configured';
comment on column v_coverage.domain is 'The domain as configured';
comment on column v_coverage.last_report is 'End of the last period reported on it; null: never';

create view v_ingest as
select m.name as mailbox, m.server, m.folder, m.last_polled_at, m.last_success_at,
       clock() - m.last_success_at as lag,
       m.retired_at is null and coalesce(clock() - m.last_success_at > 3 * s.poll_every, true) as late,
       m.last_error,
       coalesce(c.messages, 0) as messages, coalesce(c.stored, 0) as stored, coalesce(c.updated, 0) as updated,
       coalesce(c.duplicate, 0) as duplicate, coalesce(c.ignored, 0) as ignored,
       coalesce(c.quarantined, 0) as quarantined, coalesce(c.partial, 0) as partial,
       coalesce(q.entries, 0) as quarantine,
       m.retired_at
from mailbox m
cross join (select * from setting limit 1) s
left join (select mailbox_key, count(*) as messages,
                  count(*) filter (where outcome = 'stored') as stored,
                  count(*) filter (where outcome = 'updated') as updated,
                  count(*) filter (where outcome = 'duplicate') as duplicate,
                  count(*) filter (where outcome = 'ignored') as ignored,
                  count(*) filter (where outcome = 'quarantined') as quarantined,
                  count(*) filter (where outcome = 'partial') as partial
           from message
           group by mailbox_key) c on c.mailbox_key = m.id
left join (select mailbox_key, count(*) as entries
           from quarantine join message on message.id = message_key
           group by mailbox_key) q on q.mailbox_key = m.id;
comment on view v_ingest is 'Mailboxes: when and how well they were read, and what came of their messages';
comment on column v_ingest.mailbox is 'What the configuration calls it; once retired, with an addition';
comment on column v_ingest.server is 'imaps://host[:port] or imap://host[:port]';
comment on column v_ingest.folder is 'The folder read';
comment on column v_ingest.last_polled_at is 'When polling last ended, well or not';
comment on column v_ingest.last_success_at is 'When polling last ended well';
comment on column v_ingest.lag is 'Time since last_success_at; null where it never ended well';
comment on column v_ingest.late is 'lag is more than three times poll.every, or it never ended well; a retired mailbox is not';
comment on column v_ingest.last_error is 'Why the last polling failed; null when it did not';
comment on column v_ingest.messages is 'Messages seen, each once; the next six columns add up to it';
comment on column v_ingest.stored is 'Messages whose reports were new';
comment on column v_ingest.updated is 'Messages with a report that took another''s place';
comment on column v_ingest.duplicate is 'Messages whose reports were there already';
comment on column v_ingest.ignored is 'Messages that are no TLS report';
comment on column v_ingest.quarantined is 'Messages of which nothing could be taken';
comment on column v_ingest.partial is 'Messages of which some reports were taken and some quarantined';
comment on column v_ingest.quarantine is 'Entries in quarantine now';
comment on column v_ingest.retired_at is 'When another server, username or folder took over its name; null: in use';

create view v_quarantine as
select m.name as mailbox, q.reason, count(*) as entries
from quarantine q
join message on message.id = q.message_key
left join mailbox m on m.id = message.mailbox_key
group by m.name, q.reason;
comment on view v_quarantine is 'What is in quarantine now, by mailbox and reason';
comment on column v_quarantine.mailbox is 'The mailbox; null: imported';
comment on column v_quarantine.reason is 'Why it could not be taken, a code of the closed list';
comment on column v_quarantine.entries is 'Messages and attachments in quarantine for that reason';
