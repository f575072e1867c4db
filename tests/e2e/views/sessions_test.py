"""v_sessions, v_daily, v_failure."""

from tests.harness.known_month import GOOGLE, detail, mail

from .case import ViewTest


class Sessions(ViewTest):

    def test_a_report_has_one_row_for_each_recipient_domain(self):
        self.assertEqual(
            [["Google Inc.", "expired.example", "2026-01-10 00:00:00+00", "2026-01-10 23:59:59+00", "200", "150", "50"],
             ["Mail.ru", "expired.example", "2026-01-10 00:00:00+00", "2026-01-11 00:00:00+00", "20", "15", "5"]],
            self.ask("""select organization_name, recipient_domain, start_datetime, end_datetime, sessions, successes,
                               failures from v_sessions
                        where recipient_domain = 'expired.example' and day = '2026-01-10' order by 1"""))

    def test_sessions_that_microsoft_lists_under_two_policies_are_counted_once(self):
        self.assertEqual([["10", "1200", "0"]], self.ask(
            "select count(*), sum(sessions), sum(failures) from v_sessions where recipient_domain = 'dane.example'"))
        self.assertEqual([["2400"]], self.ask("""
            select sum(total_successful_session_count) from policy where recipient_domain = 'dane.example'"""))

    def test_a_clean_month_adds_up(self):
        self.assertEqual([["Google Inc.", "31", "3100", "3100", "0"], ["Mail.ru", "31", "310", "310", "0"]], self.ask("""
            select organization_name, count(*), sum(sessions), sum(successes), sum(failures) from v_daily
            where recipient_domain = 'clean.example' group by 1 order by 1"""))
        self.assertEqual([["0", "ok"]], self.ask(
            "select distinct failure_rate, severity from v_daily where recipient_domain = 'clean.example'"))

    def test_a_day_that_ends_at_the_next_midnight_is_the_day_on_which_it_starts(self):
        self.assertEqual([["2026-01-01", "2026-01-31"]], self.ask("""
            select min(day), max(day) from v_daily where organization_name = 'Mail.ru'"""))

    def test_days_are_utc_whatever_the_time_zone_of_the_session(self):
        for zone in ("America/Los_Angeles", "Pacific/Auckland"):
            with self.subTest(zone=zone):
                self.assertEqual([["2026-01-01", "2026-01-31", "31"]], self.ask("""
                    select min(day), max(day), count(*) from v_daily
                    where recipient_domain = 'testing.example'""", before=f"set local timezone to '{zone}'"))

    def test_a_report_that_arrives_24_days_late_counts_on_its_own_day(self):
        self.assertEqual([["2026-01-07", "70"], ["2026-01-08", "70"], ["2026-01-09", "70"]], self.ask(
            "select day, sessions from v_daily where recipient_domain = 'late.example' order by 1"))


class Severity(ViewTest):

    _EDGE = "select day, failures, failure_rate, severity from v_daily where recipient_domain = 'edge.example' order by 1"

    def test_one_and_five_percent_are_warnings_and_no_sessions_are_nothing(self):
        self.assertEqual([["2026-01-01", "9", "0.009", "ok"],
                          ["2026-01-02", "10", "0.01", "warning"],
                          ["2026-01-03", "50", "0.05", "warning"],
                          ["2026-01-04", "51", "0.051", "critical"],
                          ["2026-01-05", "0", "", ""],
                          ["2026-01-06", "0", "0", "ok"]], self.ask(self._EDGE))

    def test_below_the_minimum_of_sessions_there_is_a_rate_and_no_severity(self):
        self.assertEqual([["1000", "critical"], ["3", ""]], self.ask("""
            select sessions, severity from v_daily where recipient_domain = 'edge.example'
            and day in ('2026-01-04', '2026-01-06') order by day""", before="update setting set minimum_sessions = 4"))
        self.assertEqual([["ok"]], self.ask("""
            select severity from v_daily where recipient_domain = 'edge.example' and day = '2026-01-06'""",
            before="update setting set minimum_sessions = 3"))

    def test_thresholds_are_those_in_setting(self):
        self.assertEqual([["ok"], ["ok"], ["ok"], ["warning"], [""], ["ok"]], self.ask(
            "select severity from v_daily where recipient_domain = 'edge.example' order by day",
            before="update setting set warning_rate = 0.051, critical_rate = 0.2"))

    def test_counts_of_a_hostile_report_may_add_up_to_more_than_64_bits(self):
        self.assertEqual([["9223372036854775807", "9223372036854775807", "1", "critical"]], self.ask(
            "select sessions, failures, failure_rate, severity from v_daily where recipient_domain = 'clean.example'"
            " and day = '2026-01-05' and organization_name = 'Google Inc.'",
            before="update session_total set start_datetime = '2026-01-05', sessions = 9223372036854775807,"
                   " failures = 9223372036854775807 where recipient_domain = 'clean.example'"
                   " and start_datetime < '2026-01-06'"))


class Failures(ViewTest):

    def test_a_failure_detail_stands_with_its_report_its_cause_and_its_remedy(self):
        self.assertEqual([[
            "Google Inc.", "expired.example", "2026-01-10", "sts", "certificate-expired", "certificate",
            "mx2.expired.example", "mx2.expired.example", "192.0.2.25", "198.51.100.7", "50",
            "The certificate that the MX presented has expired.", "t"]], self.ask("""
                select organization_name, recipient_domain, day, policy_type, result_type, category,
                       receiving_mx_hostname, host, receiving_ip, sending_mta_ip, failed_session_count, cause,
                       remedy like '%-connect mx2.expired.example:25 %' from v_failure
                where recipient_domain = 'expired.example' and day = '2026-01-10' and organization_name = 'Google Inc.'"""))

    def test_every_detail_is_there_once(self):
        self.assertEqual([["21", "21"]], self.ask(
            "select count(*), count(distinct failure_key) from v_failure"))
        self.assertEqual([["21"]], self.ask("select count(*) from failure_detail"))

    def test_who_does_not_say_its_name_has_an_empty_one(self):
        self.assertEqual([["", "t"]], self.ask(
            """select organization_name, organization_name is not null from v_failure
               where recipient_domain = 'wavering.example'""", before="update report set organization_name = null"))

    def test_of_a_policy_that_could_not_be_fetched_the_host_is_the_one_that_serves_it(self):
        self.assertEqual([["", "mta-sts.policy.example", "sts", "t"]], self.ask("""
            select receiving_mx_hostname, host, category, remedy like '%https://mta-sts.policy.example/.well-known/%'
            from v_failure where result_type = 'sts-policy-fetch-error'"""))

    def test_an_unknown_result_type_is_explained_as_unknown(self):
        self.assertEqual([["quantum-decoherence", "other", "t"]], self.ask("""
            select f.result_type, f.category, f.cause = t.cause from v_failure f, result_type t
            where t.code = 'unknown' and f.recipient_domain = 'wavering.example'""",
            before="update failure_detail set result_type = 'quantum-decoherence'"))

    def test_what_is_no_host_name_is_filled_into_no_command(self):
        self.assertEqual([["t"]], self.ask("""
            select bool_and(position('rm -rf' in remedy) = 0 and remedy like '%-connect MX:25%') from v_failure
            where recipient_domain = 'wavering.example'""",
            before="update failure_detail set receiving_mx_hostname = '$(rm -rf /)'"))


class ShortPeriods(ViewTest):

    def test_a_period_without_length_is_not_over_before_it_begins(self):
        failing = [detail("starttls-not-supported", 1, "mx1.a.example")]
        database = self.reported(mail(GOOGLE, "a.example", 31, 5, mode="testing", failures=failing))
        moment = "start_datetime = '2026-01-31', end_datetime = '2026-01-31'"
        for view, column in (("v_incident", "last_seen"), ("v_reporter", "last_seen"), ("v_policy", "last_seen"),
                             ("v_enforce", "last_failure"), ("v_coverage", "last_report")):
            with self.subTest(view=view):
                self.assertEqual([["2026-01-31 00:00:00+00"]], self.ask(
                    f"select {column} from {view}", database=database, now="2026-02-10T12:00:00Z",
                    before=f"""update session_total set {moment}; update failure_total set {moment}; update policy set {moment};
                               insert into mailbox (name, server, username, folder, domains)
                               values ('m', 's', 'u', 'f', '{{a.example}}')"""))
