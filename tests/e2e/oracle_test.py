"""The tables hold what an independent oracle says that random mail must give."""

import collections
import json
import os

from tests.oracle.inbox import Inbox

from .case import EndToEndTest

_SEED = int(os.environ.get("TLSRPT_TEST_SEED", "8460"))
_MESSAGES = 5000
_SHOWN = 20  # of the differences

_FROM = "FROM tlsrpt.report r JOIN tlsrpt.message m ON m.id = r.message_key "
_POLICIES = "JOIN tlsrpt.policy p ON p.report_key = r.id "
_TABLES = {
    "report": ("""organization_name, report_id, to_json(start_datetime::text), to_json(end_datetime::text),
               report_domain, contact_info""", ""),
    "policy": ("""p.ordinal, policy_type, policy_domain, to_json(policy_string), to_json(mx_host),
               total_successful_session_count, total_failure_session_count""", _POLICIES),
    "failure_detail": ("""p.ordinal, d.ordinal, result_type, host(sending_mta_ip), receiving_mx_hostname,
                       receiving_mx_helo, host(receiving_ip), failed_session_count, additional_information,
                       failure_reason_code""", _POLICIES + "JOIN tlsrpt.failure_detail d ON d.policy_key = p.id"),
    "session_total": ("recipient_domain, sessions, failures", "JOIN tlsrpt.session_total t ON t.report_key = r.id"),
    "deviation": ("code, json_pointer", "JOIN tlsrpt.deviation d ON d.report_key = r.id"),
}


class Oracle(EndToEndTest):
    def setUp(self):
        super().setUp()
        print(f"seed {_SEED}", flush=True)
        self.inbox = Inbox(_MESSAGES, _SEED)

    def test_a_mailbox_of_random_mail_gives_the_rows_that_the_oracle_says(self):
        self.maildir.deliver_all((message.when.timestamp(), message.content) for message in self.inbox.messages)
        self.collect(self.configure())
        self.compare_messages()
        self.compare_rows()

    def compare_messages(self):
        found = {message_id: (outcome, kind, sorted(filter(None, reasons.split(","))))
                 for message_id, outcome, kind, reasons in self.query(
                     "SELECT rfc822_message_id, outcome, kind, coalesce((SELECT string_agg(reason, ',') "
                     "FROM tlsrpt.quarantine WHERE message_key = m.id), '') FROM tlsrpt.message m")}
        expected = {message.message_id: (message.outcome, message.kind, sorted(message.reasons))
                    for message in self.inbox.messages}
        self.assert_same(expected.items(), found.items())

    def compare_rows(self):
        expected = collections.defaultdict(list)
        anybodys = set()  # several mails left their own deviations
        for stored in self.inbox.stored.values():
            known = (stored.message_id, stored.report.report_id)
            for table, row in stored.expected_rows():
                expected[table].append([*known, *row])
            expected["authentic"].append([*known, stored.authentic])
            if stored.deviations is None:
                anybodys.add(known)
            else:
                expected["deviation"] += [[*known, *deviation] for deviation in stored.deviations]
        found = {table: self.rows(*columns) for table, columns in _TABLES.items()}
        found["authentic"] = self.rows("r.authentic", "")
        found["deviation"] = [row for row in found["deviation"] if tuple(row[:2]) not in anybodys]
        for table, rows in found.items():
            with self.subTest(table=table):
                self.assert_same(expected[table], rows)

    def assert_same(self, expected, found):
        """The same rows in any order; of many differences the first are shown."""
        expected, found = (collections.Counter(json.dumps(row, ensure_ascii=False) for row in rows)
                           for rows in (expected, found))
        missing, surplus = sorted((expected - found).elements()), sorted((found - expected).elements())
        self.assertFalse(missing or surplus, "\n".join(
            [f"seed {_SEED}: {len(missing)} missing, {len(surplus)} not expected",
             *(f"missing:      {row}" for row in missing[:_SHOWN]),
             *(f"not expected: {row}" for row in surplus[:_SHOWN])]))

    def rows(self, columns, join):
        return [json.loads(text) for [text] in self.query(
            f"SELECT json_build_array(m.rfc822_message_id, r.report_id, {columns})::text {_FROM}{join}")]
