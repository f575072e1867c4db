-- A million reports of three years and more, the same every time: 200 domains, each seen by five reporters. A hash of
-- a report's place decides what is in it. :reports and :now come from views.py.
\set ON_ERROR_STOP on
set search_path to tlsrpt;
set timezone to 'UTC';
set synchronous_commit to off;

create function pg_temp.dice(sides integer, variadic place integer[]) returns integer language sql immutable
  return abs(hashtext(array_to_string(place, ',')) % sides);

insert into mailbox (name, server, username, folder, domains, uid_validity, last_uid, last_polled_at, last_success_at)
select 'mailbox-' || n, 'imaps://imap.example.net', 'tls-reports', 'INBOX',
       (select array_agg(format('d%s.example', d)) from generate_series(n, 210, 2) d), 1, 0, :'now', :'now'
from generate_series(1, 2) n;

-- Reporter 1 is like Google, daily; 2 like Microsoft, on days with mail, sessions twice; 5 a Postfix with deviations;
-- 4 fell silent at some domains.
create temporary table plan as
select row_number() over (order by day, domain, org) as id, day, domain, org,
       timestamptz '2026-02-01' - make_interval(days => 1200 - day) as start,
       case org when 1 then 20 + domain when 2 then 10 + domain / 2 else 5 end
         + pg_temp.dice(10, day, domain, org) as sessions,
       case
         -- Every sixth fortnight a domain has three bad days, seen by four reporters of five.
         when pg_temp.dice(6, domain, day / 14) = 0 and day % 14 between pg_temp.dice(11, domain, day / 14)
              and pg_temp.dice(11, domain, day / 14) + 2 and pg_temp.dice(5, day, domain, org, 1) > 0
           then 1 + pg_temp.dice(6, domain, day / 14, 2)
         -- And what just happens.
         when pg_temp.dice(200, day, domain, org, 3) = 0 then 7
         when pg_temp.dice(500, day, domain, org, 4) = 0 then 8
       end as trouble
from generate_series(0, 1199) day, generate_series(1, 200) domain, generate_series(1, 5) org
where (org <> 2 or pg_temp.dice(3, day, domain) > 0)
  and (org <> 3 or pg_temp.dice(5, day, domain, org) > 1)
  and (org <> 4 or domain % 10 > 0 or day < 1000)
order by 1 desc
limit :reports;

create temporary table organization (org, name) as
values (1, 'Google Inc.'), (2, 'Microsoft Corporation'), (3, 'Mail.ru'), (4, 'Comcast'), (5, 'mail.postfix.example');
create temporary table trouble (trouble, result_type, policy_type, at_mx, reason) as
values (1, 'certificate-expired', 'sts', true, null), (2, 'starttls-not-supported', 'sts', true, null),
       (3, 'certificate-host-mismatch', 'sts', true, 'MX_HOSTS_MISMATCH'), (4, 'sts-policy-fetch-error', 'sts', false, null),
       (5, 'certificate-not-trusted', 'sts', true, null), (6, 'sts-webpki-invalid', 'sts', false, null),
       (7, 'validation-failure', 'sts', true, 'VALIDATION_FAILURE'), (8, 'unspecified', 'sts', false, null);

insert into message (id, mailbox_key, uid_validity, uid, source, rfc822_message_id, from_domain, subject, received_at,
                     authentic, kind, outcome, after_done_at)
select id, 1 + domain % 2, 1, id, 'imaps://imap.example.net/INBOX;UID=' || id, id || '@sender.example', 'sender.example',
       format('Report Domain: d%s.example Submitter: sender.example Report-ID: %s', domain, id),
       start + interval '1 day 5 hours', 'pass', 'tls', 'stored', start + interval '2 days'
from plan order by id;

insert into report (id, start_datetime, identity, content_digest, organization_name, report_id, report_domain,
                    end_datetime, contact_info, authentic, message_key, received_at, raw)
select id, start, sha256(int8send(id)), sha256(int8send(-id)), name, id || '_d' || domain, format('d%s.example', domain),
       start + interval '1 day' - interval '1 second', 'tls-reports@sender.example', 'pass', id,
       start + case when pg_temp.dice(200, day, domain, org, 5) = 0 then interval '24 days' else interval '1 day 5 hours' end,
       (select string_agg(sha256(int8send(id * 16 + n)), '') from generate_series(1, 12) n)
from plan join organization using (org) order by id;

-- Policies change about once a year, certificates and their TLSA records every sixty days.
insert into policy (id, report_key, ordinal, policy_type, policy_domain, recipient_domain, policy_string, mx_host,
                    total_successful_session_count, total_failure_session_count, start_datetime, end_datetime, series, version)
select id * 2, id, 1, 'sts', d, d,
       array['version: STSv1', 'mode: ' || case when age < 2 or domain % 4 = 0 then 'testing' else 'enforce' end,
             'mx: mx1.' || d, 'mx: mx2.' || d, 'max_age: ' || 604800 + age],
       array['mx1.' || d, 'mx2.' || d],
       sessions - case when trouble is null then 0 else 3 end, case when trouble is null then 0 else 3 end,
       start, start + interval '1 day' - interval '1 second', hashint8extended(domain * 10 + org, 1), hashint8extended(age, 2)
from plan, format('d%s.example', domain) d, lateral (select (day + domain * 3) / 365 as age) a order by id;
insert into policy (id, report_key, ordinal, policy_type, policy_domain, recipient_domain, policy_string, mx_host,
                    total_successful_session_count, total_failure_session_count, start_datetime, end_datetime, series, version)
select id * 2 + 1, id, 2, 'tlsa', d, d,
       array['3 1 1 ' || encode(sha256(int8send(age * 1000 + domain)), 'hex'),
             '3 1 1 ' || encode(sha256(int8send((age + 1) * 1000 + domain)), 'hex')],
       '{}', sessions, 0,
       start, start + interval '1 day' - interval '1 second', hashint8extended(domain * 10, 1), hashint8extended(age, 3)
from plan, format('d%s.example', domain) d, lateral (select (day + domain) / 60 as age) a where org = 2 order by id;

insert into failure_detail (policy_key, ordinal, result_type, sending_mta_ip, receiving_mx_hostname, receiving_ip,
                            failed_session_count, failure_reason_code, start_datetime)
select id * 2, 1, result_type, '198.51.100.7', case when at_mx then format('mx%s.d%s.example', 1 + domain % 2, domain) end,
       case when at_mx then inet '192.0.2.1' end, 3, reason, start
from plan join trouble using (trouble) where result_type <> 'unspecified' order by id;

insert into session_total (report_key, recipient_domain, organization_name, start_datetime, end_datetime, sessions, failures)
select id, format('d%s.example', domain), name, start, start + interval '1 day' - interval '1 second', sessions,
       case when trouble is null then 0 else 3 end
from plan join organization using (org) order by id;

insert into failure_total (report_key, recipient_domain, organization_name, start_datetime, end_datetime, result_type, host,
                           failed_sessions, sessions, failures, clean_at, silent_at)
select id, d, name, start, start + interval '1 day' - interval '1 second', result_type,
       case when at_mx then format('mx%s.%s', 1 + domain % 2, d) when result_type = 'unspecified' then '' else 'mta-sts.' || d end,
       3, sessions, 3, settled.clean_at, settled.silent_at
from plan join organization using (org) join trouble using (trouble), format('d%s.example', domain) d,
     settlement(d, name, start) settled order by id;

insert into deviation (report_key, code, json_pointer, detail)
select id, code, '/policies/0/policy/policy-domain', ''
from plan, unnest(array['missing-policy-domain', 'filled-policy-domain']) code where org = 5 order by id;
