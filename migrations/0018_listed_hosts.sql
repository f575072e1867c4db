-- A listed name that only policies name, such as an MX host of DANE, was reported on when any report named it, and not only
-- if the last one of its reporter did.

-- Few policies are of another domain than their report's recipients.
create index policy_other_domain_idx on policy (policy_domain, end_datetime, start_datetime)
  where policy_domain <> recipient_domain;

create or replace view v_coverage as
with named as (
  select name, max(end_datetime) as last_end, max(last_moment) as last_moment
  from (select recipient_domain as name, end_datetime, greatest(last_moment(end_datetime), start_datetime) as last_moment
        from reporter
        union all
        -- Names below a listed one count as well: those of each reporter's last report.
        select p.policy_domain, r.end_datetime, greatest(last_moment(r.end_datetime), r.start_datetime)
        from reporter r join policy p on p.report_key = r.report_key) n
  group by name)
select m.name as mailbox, listed.domain, greatest(max(named.last_moment), max(own.last_moment)) as last_report
from mailbox m
cross join lateral unnest(m.domains) listed (domain)
left join named on is_at_or_below(named.name, listed.domain)
left join lateral (
  select p.end_datetime, greatest(last_moment(p.end_datetime), p.start_datetime) as last_moment
  from policy p
  where p.policy_domain = listed.domain and p.policy_domain <> p.recipient_domain and p.end_datetime <= (select horizon())
  order by p.end_datetime desc
  limit 1) own on true
where m.retired_at is null
group by m.name, listed.domain
having coalesce(greatest(max(named.last_end), max(own.end_datetime)) < clock() - interval '7 days', true);
