"""What the queries share. They read the views alone, and choose by variables.

`All` is the word null: "x in (null)" is null, which is not false. A list of all names instead would be as long as there
are names, would be no SQL where there are none, and would carry every stranger's name into every query. A variable
stands without a format (`$domain`): then the data source quotes it; `:sqlstring` would put a backslash before a double
quote.
"""

ALL = "null"

ORGANIZATION = "coalesce(nullif(organization_name, ''), '(unnamed)')"
INCIDENT_MX = "coalesce(receiving_mx_hostname, '(none named)')"
FAILURE_MX = "coalesce(host, '(none named)')"


def chosen(value, variable):
    return f"{value} in (${variable}) is not false"


DOMAIN_CHOSEN = chosen("recipient_domain", "domain")
ORGANIZATION_CHOSEN = chosen(ORGANIZATION, "organization")
POLICY_TYPE_CHOSEN = chosen("policy_type", "policy_type")
BOTH_CHOSEN = f"{DOMAIN_CHOSEN} and {ORGANIZATION_CHOSEN}"

# An incident is chosen with any of the organizations that reported it.
INCIDENT_CHOSEN = (f"{DOMAIN_CHOSEN} and exists (select from unnest(organizations) o (organization_name) "
                   f"where {ORGANIZATION_CHOSEN})")
INCIDENT_IN_TIME = ("first_seen <= $__timeTo()::timestamptz "
                    "and (state = 'open' or resolved_at >= $__timeFrom()::timestamptz)")

# Who reported on one day only has no rhythm, and who fell silent long ago is missed no more.
FELL_SILENT = ("silent and usual_gap is not null "
               "and expected_by between $__timeFrom()::timestamptz and $__timeTo()::timestamptz")

SEVERITY_RANK = "case severity when 'critical' then 3 when 'warning' then 2 when 'ok' then 1 else 0 end"


def per_day(columns, answer, fill=""):
    """A series of what is answered by `day`. Days become times here, where there are few rows: what Grafana's macro
    stands for costs as much a row as all the rest."""
    indented = answer.replace("\n", "\n      ")
    return f"""\
select $__timeGroupAlias(day, '1d'{fill}), {columns}
from ({indented}) daily
order by 1, 2"""


def days(interval):
    """An interval as seconds, which Grafana can show; it cannot show intervals."""
    return f"extract(epoch from {interval})"


def html(text):
    """Annotations are shown as HTML: of a stranger's text, no tag must be left."""
    return f"replace(replace(replace({text}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
