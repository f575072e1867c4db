"""v_policy, v_enforce."""

from tests.harness.known_month import COMCAST, GOOGLE, MAILRU, STALWART, detail, mail, tlsa

from .case import ViewTest


class Policies(ViewTest):

    def test_what_a_policy_says(self):
        self.assertEqual([[
            "2026-01-01 00:00:00+00", "2026-01-31 23:59:59+00", "", "t", "enforce", "{mx1.clean.example,mx2.clean.example}",
            "604800", "", "clean.example"]], self.ask("""
                select first_seen, last_seen, replaced_at, current, mode, mx, max_age, tlsa, policy_domain from v_policy
                where recipient_domain = 'clean.example' and organization_name = 'Google Inc.'"""))

    def test_still_testing(self):
        self.assertEqual([["policy.example"], ["testing.example"], ["wavering.example"]], self.ask(
            "select recipient_domain from v_policy where current and mode = 'testing' order by 1"))

    def test_changed_on_the_third(self):
        self.assertEqual([["policy.example", "Google Inc.", "enforce"]], self.ask("""
            select recipient_domain, organization_name, mode from v_policy
            where first_seen::date = '2026-01-03' and policy_type = 'sts'"""))
        self.assertEqual([["testing", "2026-01-03 00:00:00+00", "f"]], self.ask("""
            select mode, replaced_at, current from v_policy
            where recipient_domain = 'policy.example' and organization_name = 'Google Inc.' and not current"""))

    def test_two_reporters_see_different_policies(self):
        self.assertEqual([["policy.example"]], self.ask("""
            select recipient_domain from v_policy where current and policy_type = 'sts'
            group by 1 having count(distinct (mode, mx, max_age)) > 1"""))

    def test_a_policy_that_could_not_be_fetched_is_no_change(self):
        self.assertEqual([["2"]], self.ask("""select count(*) from v_policy
            where recipient_domain = 'policy.example' and organization_name = 'Google Inc.'"""))

    def test_a_change_that_is_taken_back_is_two_changes(self):
        self.assertEqual([["enforce", "2026-01-01", "2026-01-09"], ["testing", "2026-01-10", "2026-01-12"],
                          ["enforce", "2026-01-13", "2026-01-31"]], self.ask("""
            select mode, first_seen::date, last_seen::date from v_policy where recipient_domain = 'flip.example'
            order by first_seen"""))

    def test_its_last_day_is_that_on_which_the_last_period_starts(self):
        database = self.reported(*[mail(STALWART, "a.example", day, 1, mode=mode)
                                   for day, mode in ((1, "testing"), (2, "testing"), (3, "enforce"), (4, "testing"))])
        self.assertEqual([["testing", "2026-01-03", "2026-01-02"], ["enforce", "2026-01-04", "2026-01-03"],
                          ["testing", "2026-01-05", "2026-01-04"]], self.ask(
            "select mode, last_seen::date, last_day from v_policy order by first_seen", database=database))

    def test_of_periods_that_begin_at_once_the_longest_counts_whatever_the_order(self):
        day, week = (mail(GOOGLE, "a.example", 1, 1, mode="testing", days=days) for days in (1, 7))
        for both in ((day, week), (week, day)):
            for later in ((), (2,), (2, 3)):
                with self.subTest(first=both[0].name, later=later):
                    modes = zip(later, ("enforce", "testing"))
                    database = self.reported(both[0], *[mail(GOOGLE, "a.example", at, 1, mode=mode) for at, mode in modes])
                    self.reported(both[1], into=database)
                    self.assertEqual([["testing", "2026-01-07"]], self.ask(
                        "select mode, last_seen::date from v_policy order by first_seen limit 1", database=database))

    def test_what_is_seen_in_the_future_replaces_no_policy(self):
        database = self.reported(*[mail(GOOGLE, "a.example", day, 1, mode=mode)
                                   for day, mode in ((30, "enforce"), (31, "enforce"), (40, "testing"), (41, "enforce"))])
        self.assertEqual([["enforce", "2026-01-31", "", "t"]], self.ask(
            "select mode, last_seen::date, replaced_at, current from v_policy", database=database))

    def test_tlsa_records_and_their_change(self):
        self.assertEqual([["A", "2026-01-02", "2026-01-14", "2026-01-17"], ["B", "2026-01-17", "2026-01-29", ""]], self.ask("""
            select substr(tlsa[1], 7, 1), first_seen::date, last_seen::date, replaced_at::date from v_policy
            where recipient_domain = 'dane.example' and policy_type = 'tlsa' order by first_seen"""))

    def test_the_order_of_records_is_no_change(self):
        database = self.reported(*[mail(GOOGLE, "a.example", day, 1, policy=tlsa("a.example", *records))
                                   for day, records in ((1, "AB"), (2, "BA"), (3, "AB"), (4, "BA"))])
        self.assertEqual([["2026-01-01", "2026-01-04"]], self.ask(
            "select first_seen::date, last_seen::date from v_policy", database=database))

    def test_dane_policies_of_several_mx_hosts_are_told_apart(self):
        def of(host, record):
            return tlsa("a.example", record) | {"mx-host": [host]}
        database = self.reported(*[mail(GOOGLE, "a.example", day, 1, policy=of("mx1.a.example", "A"),
                                        also=[of("mx2.a.example", "B")]) for day in (1, 2)])
        self.assertEqual([["{mx1.a.example}", "A", "t"], ["{mx2.a.example}", "B", "t"]], self.ask(
            "select mx, substr(tlsa[1], 7, 1), current from v_policy order by 1", database=database))

    def test_old_and_new_side_by_side_on_the_day_of_a_change_are_one_change(self):
        def seen(day, *modes):
            return mail(GOOGLE, "a.example", day, 1, mode=modes[0], also=[
                mail_policy("a.example", mode) for mode in modes[1:]])

        def mail_policy(domain, mode):
            return {"policy-type": "sts", "policy-domain": domain, "policy-string": [
                "version: STSv1", f"mode: {mode}", f"mx: mx1.{domain}", f"mx: mx2.{domain}", "max_age: 604800"]}

        database = self.reported(seen(1, "testing"), seen(2, "testing", "enforce"), seen(3, "testing", "enforce"),
                                 seen(4, "enforce"))
        self.assertEqual([["testing", "2026-01-01", "2026-01-02"], ["enforce", "2026-01-02", ""]], self.ask(
            "select mode, first_seen::date, replaced_at::date from v_policy order by first_seen", database=database))

    def test_a_policy_is_read_by_its_keys(self):
        odd = {"policy-type": "sts", "policy-domain": "a.example", "policy-string": [
            "max_age:86400 ", " MX : *.a.example\r", "Mode:\tNone", "nmx: b.example", "no colon", "mx:", "version: STSv1"]}
        database = self.reported(mail(GOOGLE, "a.example", 1, 1, policy=odd))
        self.assertEqual([["none", '{*.a.example,""}', "86400"]], self.ask(
            "select mode, mx, max_age from v_policy", database=database))
        broken = odd | {"policy-string": ["mode: enforce", "max_age: a year"], "mx-host": ["mx.a.example"]}
        database = self.reported(mail(GOOGLE, "a.example", 1, 1, policy=broken))
        self.assertEqual([["enforce", "{mx.a.example}", ""]], self.ask(
            "select mode, mx, max_age from v_policy", database=database))


class Enforce(ViewTest):

    def test_who_is_ready_and_what_stands_in_the_way_of_the_others(self):
        self.assertEqual([
            ["policy.example", "2026-01-01", "17", "2", "1870", "reporters disagree: Google Inc. saw mode enforce"],
            ["testing.example", "2026-01-01", "31", "1", "1240", "ready to enforce"],
            ["wavering.example", "2026-01-01", "6", "1", "240",
             "starttls-not-supported at mx1.wavering.example failed on 2026-01-25: clean for 6 of 14 days"],
        ], self.ask("""select recipient_domain, testing_since::date, days_clean, reporters, sessions, verdict
                       from v_enforce order by 1"""))

    def test_two_weeks_make_ready(self):
        for last, verdict in ((13, "clean, but for 13 of 14 days only"), (14, "ready to enforce")):
            with self.subTest(days=last):
                database = self.reported(*[mail(GOOGLE, "a.example", day, 5, mode="testing") for day in range(1, last + 1)])
                self.assertEqual([[str(last), verdict]], self.ask(
                    "select days_clean, verdict from v_enforce", database=database, now="2026-01-16T00:00:00Z"))

    def test_a_failure_is_of_the_day_on_which_its_period_starts(self):
        failing = [detail("starttls-not-supported", 1, "mx1.a.example")]
        database = self.reported(*[mail(STALWART, "a.example", day, 5, mode="testing", failures=failing if day == 3 else ())
                                   for day in range(1, 11)])
        self.assertEqual([["starttls-not-supported at mx1.a.example failed on 2026-01-03: clean for 7 of 14 days"]], self.ask(
            "select verdict from v_enforce", database=database, now="2026-01-12T00:00:00Z"))

    def test_days_without_sessions_prove_nothing(self):
        database = self.reported(*[mail(GOOGLE, "a.example", day, 0, mode="testing") for day in range(1, 20)])
        self.assertEqual([["no sessions reported"]], self.ask(
            "select verdict from v_enforce", database=database, now="2026-01-21T00:00:00Z"))

    def test_failures_of_dane_are_no_obstacle(self):
        failing = [detail("tlsa-invalid", 1, "mx.a.example")]
        database = self.reported(*[mail(GOOGLE, "a.example", day, 5, mode="testing", failures=failing)
                                   for day in range(1, 20)])
        self.assertEqual([["", "19", "ready to enforce"]], self.ask(
            "select last_failure, days_clean, verdict from v_enforce", database=database, now="2026-01-21T00:00:00Z"))

    def test_of_several_failures_at_once_one_is_named_whatever_the_order(self):
        def failing(reporter, *result_types):
            return mail(reporter, "a.example", 3, 5, mode="testing",
                        failures=[detail(result_type, 1, "mx.a.example") for result_type in result_types])

        google = failing(GOOGLE, "starttls-not-supported")
        comcast = failing(COMCAST, "certificate-host-mismatch", "certificate-expired")
        for both in ((google, comcast), (comcast, google)):
            with self.subTest(first=both[0].name):
                database = self.reported(*both, mail(GOOGLE, "a.example", 4, 5, mode="testing"))
                self.assertEqual([["certificate-expired at mx.a.example failed on 2026-01-03: clean for 1 of 14 days"]],
                                 self.ask("select verdict from v_enforce", database=database, now="2026-01-05T12:00:00Z"))

    def test_a_policy_that_nobody_has_seen_for_a_month_is_no_longer_testing(self):
        database = self.reported(mail(MAILRU, "a.example", 1, 5, mode="testing"))
        self.assertEqual([["1"]], self.ask("select count(*) from v_enforce", database=database, now="2026-01-31T00:00:00Z"))
        self.assertEqual([["0"]], self.ask("select count(*) from v_enforce", database=database, now="2026-02-02T00:00:00Z"))

    def test_a_failure_in_the_last_period_is_what_stands_in_the_way(self):
        failing = [detail("starttls-not-supported", 1, "mx1.a.example")]
        for failed in (19, 20):
            with self.subTest(failed=failed):
                database = self.reported(*[mail(GOOGLE, "a.example", day, 5, mode="testing",
                                                failures=failing if day == failed else ()) for day in range(1, 21)])
                self.assertEqual(
                    [[f"starttls-not-supported at mx1.a.example failed on 2026-01-{failed}: "
                      f"clean for {20 - failed} of 14 days"]],
                    self.ask("select verdict from v_enforce", database=database, now="2026-01-21T12:00:00Z",
                             before="update setting set minimum_sessions = 100"))

    def test_a_report_that_quotes_no_policy_is_no_change(self):
        bare = {"policy-type": "sts", "policy-domain": "a.example"}
        ready = ["2026-01-01", "20", "ready to enforce"]
        failed = ["2026-01-01", "0", "sts-policy-fetch-error at mta-sts.a.example failed on 2026-01-20: clean for 0 of 14 days"]
        for expected, last in ((failed, {"policy": bare, "failures": [detail("sts-policy-fetch-error", 2)]}),
                               (ready, {"policy": {"policy-type": "no-policy-found", "policy-domain": "a.example"}})):
            with self.subTest(last=last):
                database = self.reported(*[mail(GOOGLE, "a.example", day, 5, mode="testing") for day in range(1, 20)],
                                         mail(GOOGLE, "a.example", 20, 5, **last))
                self.assertEqual([expected], self.ask("select testing_since::date, days_clean, verdict from v_enforce",
                                                      database=database, now="2026-01-21T12:00:00Z"))

    def test_of_several_reports_on_one_period_none_is_picked(self):
        def verdict(*others):
            mails = [mail(GOOGLE, "a.example", day, 5, **options) for day in range(1, 16)
                     for options in others]
            return self.ask("select verdict from v_enforce", database=self.reported(*mails), now="2026-01-16T12:00:00Z")

        testing = {"mode": "testing"}
        # A report's identity has its policy domains: of another domain, too, it is another report.
        none = {"policy": {"policy-type": "no-policy-found", "policy-domain": "a.example"},
                "also": [{"policy-type": "no-policy-found", "policy-domain": "b.example"}]}
        enforce = {"also": [{"policy-type": "no-policy-found", "policy-domain": "c.example"}]}
        for expected, other in (("ready to enforce", none), ("reporters disagree: Google Inc. saw mode enforce", enforce)):
            for order in ((testing, other), (other, testing)):
                with self.subTest(order=order):
                    self.assertEqual([[expected]], verdict(*order))

    def test_days_under_another_policy_do_not_count(self):
        modes = ["testing"] * 15 + ["enforce"] * 3 + ["testing"] * 4
        database = self.reported(*[mail(GOOGLE, "a.example", day, 5, mode=mode) for day, mode in enumerate(modes, 1)])
        self.assertEqual([["2026-01-19", "4", "clean, but for 4 of 14 days only"]], self.ask(
            "select testing_since::date, days_clean, verdict from v_enforce", database=database, now="2026-01-23T12:00:00Z"))
