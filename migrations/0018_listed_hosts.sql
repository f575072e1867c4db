-- A listed name that only policies name, such as an MX host of DANE, was reported on when any report named it, and not only
-- if the last one of its reporter did.

-- Few policies are of another domain than their report's recipients.
create index policy_other_domain_idx on policy (policy_domain, end_datetime, start_datetime)
  where policy_domain <> recipient_domain;

create or replace view v_coverage as
with recursive other as (
  -- Each by one descent of the index.
  (select policy_domain from policy where policy_domain <> recipient_domain order by policy_domain limit 1)
  union all
  select next.policy_domain
  from other cross join lateral (
    select p.policy_domain
    from policy p
    where p.policy_domain <> p.recipient_domain and p.policy_domain > other.policy_domain
    order by p.policy_domain
    limit 1) next),
named as (
  select name, max(end_datetime) as last_end, max(last_moment) as last_moment
  from (select recipient_domain as name, end_datetime, greatest(last_moment(end_datetime), start_datetime) as last_moment
        from reporter
        union all
        select other.policy_domain, last.end_datetime, greatest(last_moment(last.end_datetime), last.start_datetime)
        from other cross join lateral (
          select p.end_datetime, p.start_datetime
          from policy p
          where p.policy_domain = other.policy_domain and p.policy_domain <> p.recipient_domain
            and p.end_datetime <= (select horizon())
          order by p.end_datetime desc
          limit 1) last) n
  group by name)
select m.name as mailbox, listed.domain, max(named.last_moment) as last_report
from mailbox m
cross join lateral unnest(m.domains) listed (domain)
left join named on is_at_or_below(named.name, listed.domain)
where m.retired_at is null
group by m.name, listed.domain
having coalesce(max(named.last_end) < clock() - interval '7 days', true);
