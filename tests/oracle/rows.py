"""The rows that reports must give, by the rules that the documentation states."""

_MOST = 2**63 - 1


def _equal_or_below(domain, parent):
    return domain == parent or domain.endswith("." + parent)


def report_domain(report, header_domain, filename_domain):
    """Of the first `sts` policy; else the hint that a policy confirms; else the one with the fewest labels."""
    domains = [policy.domain for policy in report.policies if policy.domain]
    for policy in report.policies:
        if policy.kind == "sts" and policy.domain:
            return policy.domain
    for hint in (header_domain, filename_domain):
        if hint and any(_equal_or_below(domain, hint) for domain in domains):
            return hint
    return min(domains, key=lambda domain: domain.count("."), default=None)


def session_totals(report, domain):
    """{recipient domain: (sessions, failures)}: each session counted once."""
    sums = {}
    for policy in report.policies:
        recipient = policy.domain or domain
        if policy.kind == "tlsa" or (policy.kind != "sts" and domain and policy.domain
                                     and _equal_or_below(policy.domain, domain)):
            recipient = domain
        if recipient is None:
            continue
        sessions, failures = sums.setdefault(recipient, {}).get(policy.kind, (0, 0))
        sums[recipient][policy.kind] = (min(_MOST, sessions + policy.successes + policy.failures),
                                        min(_MOST, failures + policy.failures))
    return {recipient: (max(total for total, _ in by_kind.values()), max(failed for _, failed in by_kind.values()))
            for recipient, by_kind in sums.items()}


def timestamp(when):
    return f"{when:%Y-%m-%d %H:%M:%S}+00"


def of_report(report, domain):
    """One text per row, as oracle_test.py's queries print them, of all tables of one report."""
    yield "report", (report.organization, report.report_id, timestamp(report.begin), timestamp(report.end), domain,
                     report.contact)
    for number, policy in enumerate(report.policies, 1):
        yield "policy", (number, policy.kind, policy.domain, policy.lines, policy.mx_hosts, policy.successes,
                         policy.failures)
        for place, detail in enumerate(policy.details, 1):
            yield "failure_detail", (number, place, detail.result_type, detail.sending_ip, detail.mx, detail.helo,
                                     detail.receiving_ip, detail.count, detail.information, detail.reason)
    for recipient, (sessions, failures) in session_totals(report, domain).items():
        yield "session_total", (recipient, sessions, failures)
