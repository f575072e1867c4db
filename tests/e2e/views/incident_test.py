"""v_incident: what is one episode, and when it is over."""

import itertools

from tests.harness.known_month import COMCAST, GOOGLE, MAILRU, MICROSOFT, STALWART, detail, mail

from .case import ViewTest

_EPISODES = """select first_seen::date, last_seen, days, sessions, reporters, state, resolved_at from v_incident
               where recipient_domain = '{}' order by first_seen, result_type"""


def day(number, reporter=GOOGLE, failed=0, **options):
    """A report on a.example of 100 sessions, some failed at its mx1."""
    failures = [detail("certificate-expired", failed, "mx1.a.example")] if failed else ()
    return mail(reporter, "a.example", number, 100, failures=failures, **options)


def days(first, last, reporter=GOOGLE, failed=()):
    return [day(number, reporter, failed=7 if number in failed else 0) for number in range(first, last + 1)]


class KnownIncidents(ViewTest):

    def test_its_last_day_is_that_on_which_the_last_period_starts(self):
        database = self.reported(*days(1, 5, STALWART, failed=(2, 3)))
        self.assertEqual([["2", "2026-01-04 09:59:59+00", "2026-01-03"]],
                         self.ask("select days, last_seen, last_day from v_incident", database=database))

    def test_an_expired_certificate_on_the_second_mx_for_three_days(self):
        self.assertEqual([[
            "expired.example", "certificate-expired", "mx2.expired.example", "2026-01-10 00:00:00+00",
            "2026-01-12 23:59:59+00", "3", "160", "2", "critical", "resolved", "2026-01-14 23:59:59+00", "0.25",
            "certificate", "{\"Google Inc.\",Mail.ru}", "5"]], self.ask("""
                select recipient_domain, result_type, receiving_mx_hostname, first_seen, last_seen, days, sessions,
                       reporters, severity, state, resolved_at, failure_rate, category, organizations, reports
                from v_incident where recipient_domain = 'expired.example'"""))

    def test_cause_and_remedy_name_the_mx(self):
        self.assertEqual([["The certificate that the MX presented has expired.", "t"]], self.ask("""
            select cause, remedy like '%-connect mx2.expired.example:25 -servername mx2.expired.example%'
            from v_incident where recipient_domain = 'expired.example'"""))

    def test_a_recurrence_is_an_incident_of_its_own_and_one_clean_day_is_no_end(self):
        self.assertEqual([
            ["starttls-not-supported", "2026-01-05", "2026-01-06", "2", "resolved", "2026-01-08 23:59:59+00"],
            ["validation-failure", "2026-01-10", "2026-01-12", "2", "resolved", "2026-01-14 23:59:59+00"],
            ["starttls-not-supported", "2026-01-20", "2026-01-20", "1", "resolved", "2026-01-22 23:59:59+00"],
            ["certificate-host-mismatch", "2026-01-31", "2026-01-31", "1", "open", ""]], self.ask("""
                select result_type, first_seen::date, last_seen::date, days, state, resolved_at from v_incident
                where recipient_domain = 'again.example' order by first_seen"""))

    def test_failures_without_details_are_unspecified(self):
        self.assertEqual([["unspecified", "", "5", "0.05", "warning", "resolved"]], self.ask("""
            select result_type, receiving_mx_hostname, sessions, failure_rate, severity, state from v_incident
            where recipient_domain = 'bare.example'"""))

    def test_a_policy_that_could_not_be_fetched_fails_at_the_host_that_serves_it(self):
        self.assertEqual([["sts-policy-fetch-error", "mta-sts.policy.example", "2", "warning"]], self.ask("""
            select result_type, receiving_mx_hostname, sessions, severity from v_incident
            where recipient_domain = 'policy.example'"""))

    def test_severity_is_that_of_all_sessions_in_the_reports_that_show_the_failure(self):
        self.assertEqual([["120", "0.03", "warning"]], self.ask(
            "select sessions, failure_rate, severity from v_incident where recipient_domain = 'edge.example'"))
        self.assertEqual([["0.03", ""]], self.ask(
            "select failure_rate, severity from v_incident where recipient_domain = 'edge.example'",
            before="update setting set minimum_sessions = 4001"))

    def test_who_fell_silent_does_not_keep_an_incident_open(self):
        self.assertEqual([["2026-01-19", "2026-01-20 23:59:59+00", "2", "5", "2", "resolved", "2026-01-22 23:59:59+00"]],
                         self.ask(_EPISODES.format("silent.example")))

    def test_silence_alone_does_not_resolve_an_incident(self):
        self.assertEqual([["2026-01-20", "2026-01-20 23:59:59+00", "1", "4", "1", "open", ""]],
                         self.ask(_EPISODES.format("lonely.example")))

    def test_clean_domains_have_none(self):
        self.assertEqual([["0"]], self.ask("""select count(*) from v_incident where recipient_domain in
            ('clean.example', 'testing.example', 'dane.example', 'late.example', 'flip.example')"""))
        self.assertEqual([["11"]], self.ask("select count(*) from v_incident"))


class Episodes(ViewTest):

    def episodes(self, *mails, now="2026-02-01T12:00:00Z"):
        return [[first, last[:10], state, resolved] for first, last, _, _, _, state, resolved in
                self.ask(_EPISODES.format("a.example"), now=now, database=self.reported(*mails))]

    def test_one_clean_day_is_not_48_hours_and_two_are(self):
        self.assertEqual([["2026-01-05", "2026-01-05", "open", ""]],
                         self.episodes(*days(1, 6, failed=[5]), now="2026-01-07T06:00:00Z"))
        self.assertEqual([["2026-01-05", "2026-01-05", "resolved", "2026-01-07 23:59:59+00"]],
                         self.episodes(*days(1, 7, failed=[5]), now="2026-01-08T06:00:00Z"))

    def test_clean_hours_need_not_be_in_a_row(self):
        # Microsoft reports on days with mail only: the 6th and the 9th are 48 hours.
        sparse = [day(number, MICROSOFT, failed=7 if number == 5 else 0) for number in (1, 3, 5, 6, 9)]
        self.assertEqual([["2026-01-05", "2026-01-05", "resolved", "2026-01-09 23:59:59+00"]],
                         self.episodes(*sparse, now="2026-01-10T06:00:00Z"))

    def test_every_reporter_that_saw_it_must_be_clean(self):
        seen = [*days(1, 9, failed=[5]), day(1, MICROSOFT), day(3, MICROSOFT), day(5, MICROSOFT, 7), day(7, MICROSOFT)]
        self.assertEqual([["2026-01-05", "2026-01-05", "open", ""]], self.episodes(*seen, now="2026-01-09T06:00:00Z"))
        self.assertEqual([["2026-01-05", "2026-01-05", "resolved", "2026-01-09 23:59:59+00"]],
                         self.episodes(*seen, day(9, MICROSOFT), now="2026-01-10T06:00:00Z"))

    def test_clean_hours_count_from_when_it_was_last_seen_by_whomever(self):
        # Microsoft was clean for 48 hours after its own failure, but not since Google's.
        seen = [*days(1, 12, failed=[5, 7, 8]), *[day(n, MICROSOFT, 7 if n == 5 else 0) for n in (1, 3, 5, 6, 7)]]
        self.assertEqual([["2026-01-05", "2026-01-08", "open", ""]], self.episodes(*seen, now="2026-01-11T06:00:00Z"))
        self.assertEqual([["2026-01-05", "2026-01-08", "resolved", "2026-01-12 23:59:59+00"]],
                         self.episodes(*seen, day(11, MICROSOFT), day(12, MICROSOFT), now="2026-01-13T06:00:00Z"))

    def test_who_never_saw_it_need_not_prove_anything(self):
        self.assertEqual([["2026-01-05", "2026-01-05", "resolved", "2026-01-07 23:59:59+00"]],
                         self.episodes(*days(1, 8, failed=[5]), day(5, MICROSOFT), now="2026-01-09T06:00:00Z"))

    def test_two_reports_of_the_same_day_are_24_hours(self):
        # Two reports of the same day, as senders with several sites send them, are 24 hours.
        twice = mail(GOOGLE, "a.example", 6, 30, also=[{"policy-type": "no-policy-found", "policy-domain": "b.example"}])
        self.assertEqual([["2026-01-05", "2026-01-05", "open", ""]],
                         self.episodes(*days(1, 6, failed=[5]), twice, now="2026-01-07T06:00:00Z"))

    def test_silence_while_another_is_clean_ends_an_episode_in_the_past_too(self):
        seen = [*days(1, 20, failed=[5, 15]), *days(1, 5, COMCAST, failed=[5])]
        self.assertEqual([["2026-01-05", "2026-01-05", "resolved"], ["2026-01-15", "2026-01-15", "resolved"]],
                         [row[:3] for row in self.episodes(*seen, *days(19, 20, COMCAST))])

    def test_silence_alone_does_not_end_an_episode_before_it_fails_again(self):
        self.assertEqual([["2026-01-03", "2026-01-25", "open", ""]],
                         self.episodes(day(3, failed=7), day(25, failed=7), now="2026-01-26T12:00:00Z"))

    def test_what_was_still_open_when_it_failed_again_is_one_incident(self):
        # As above: Microsoft was clean for 48 hours after its own failure, but not since Google's.
        seen = [*days(1, 11, failed=[5, 7, 8, 11]), *[day(n, MICROSOFT, 7 if n == 5 else 0) for n in (1, 3, 5, 6, 7)]]
        self.assertEqual([["2026-01-05", "2026-01-11", "open", ""]], self.episodes(*seen, now="2026-01-12T06:00:00Z"))

    def test_who_has_to_be_clean_is_told_by_all_of_the_incident(self):
        # Comcast saw its beginning, and sends its second clean day after the third time that it failed.
        seen = [*days(1, 16, failed=[5, 8, 11]), *[day(n, COMCAST, 7 if n == 5 else 0) for n in (1, 5, 6, 9)]]
        self.assertEqual([["2026-01-05", "2026-01-08", "resolved"], ["2026-01-11", "2026-01-11", "resolved"]],
                         [row[:3] for row in self.episodes(*seen, day(10, COMCAST))])
        self.assertEqual([["2026-01-05", "2026-01-11", "resolved"]],
                         [row[:3] for row in self.episodes(*seen, day(12, COMCAST), day(13, COMCAST))])

    def test_when_an_incident_was_over_does_not_change_because_it_fails_again(self):
        seen = [*days(1, 20, failed=[5, 7]), *[day(n, MICROSOFT, 7 if n == 5 else 0) for n in (1, 3, 5, 6, 7, 9, 11)]]
        over = ["2026-01-05", "2026-01-07", "resolved", "2026-01-11 23:59:59+00"]
        self.assertEqual([over], self.episodes(*seen))
        self.assertEqual([over, ["2026-01-21", "2026-01-21", "open", ""]], self.episodes(*seen, day(21, failed=7)))
        self.assertEqual([over, ["2026-03-22", "2026-03-22", "open", ""]],
                         self.episodes(*seen, day(81, failed=7), now="2026-03-23T12:00:00Z"))

    def test_who_was_clean_and_says_too_little_since_is_waited_for_sixty_days(self):
        # Microsoft reports every fifty days, and would be late after 75.
        seen = [*days(1, 70, failed=[3]), *[day(n, MICROSOFT, 7 if n == 1 else 0) for n in (-149, -99, -49, 1, 2, 3)]]
        over = ["2026-01-01", "2026-01-03", "resolved", "2026-03-03 23:59:59+00"]
        self.assertEqual([["2026-01-01", "2026-01-03", "open", ""]], self.episodes(*seen, now="2026-03-03T12:00:00Z"))
        self.assertEqual([over], self.episodes(*seen, now="2026-03-04T12:00:00Z"))
        self.assertEqual([over, ["2026-03-12", "2026-03-12", "open", ""]],
                         self.episodes(*seen, day(71, failed=7), now="2026-03-13T12:00:00Z"))

    def test_what_was_not_so_at_that_moment_is_not_told(self):
        seen = days(1, 12, failed=[5])
        for now, state in (("2026-01-05T12:00:00Z", "open"), ("2026-01-06T00:00:00Z", "open"),
                           ("2026-01-07T12:00:00Z", "open"), ("2026-01-08T00:00:00Z", "resolved")):
            with self.subTest(now=now):
                self.assertEqual([state], [row[2] for row in self.episodes(*seen, now=now)])

    def test_failures_at_another_mx_or_of_another_kind_are_other_incidents(self):
        other_mx = mail(GOOGLE, "a.example", 5, 100, failures=[detail("certificate-expired", 1, "mx1.a.example"),
                                                              detail("certificate-expired", 2, "mx2.a.example"),
                                                              detail("starttls-not-supported", 3, "mx1.a.example")])
        self.assertEqual([["certificate-expired", "mx1.a.example", "1"], ["certificate-expired", "mx2.a.example", "2"],
                          ["starttls-not-supported", "mx1.a.example", "3"]], self.ask(
            "select result_type, receiving_mx_hostname, sessions from v_incident order by 1, 2",
            database=self.reported(other_mx)))

    def test_the_order_of_arrival_does_not_matter(self):
        mails = [day(4), day(5, failed=7), day(6), day(7), day(8, failed=7)]
        expected = [["2026-01-05", "2026-01-05", "resolved", "2026-01-07 23:59:59+00"],
                    ["2026-01-08", "2026-01-08", "open", ""]]
        for order in itertools.islice(itertools.permutations(mails), 0, None, 17):
            with self.subTest(order=[each.name for each in order]):
                self.assertEqual(expected, self.episodes(*order, now="2026-01-09T06:00:00Z"))

    def test_reports_that_come_one_by_one_settle_what_came_before(self):
        database = self.postgres.create_database()
        for each in [day(5, failed=7), day(7), day(6)]:
            path = self.directory / "one.eml"
            path.write_bytes(each.content)
            self.import_(path, into=database)
        self.assertEqual([["2026-01-07 23:59:59+00", ""]], self.ask(
            "select clean_at, silent_at from failure_total", database=database))

    def test_periods_that_end_at_midnight_cover_days_without_gaps(self):
        self.assertEqual([["2026-01-05", "2026-01-05", "resolved", "2026-01-07 23:59:59+00"]],
                         self.episodes(*days(1, 7, MAILRU, failed=[5]), now="2026-01-08T06:00:00Z"))
