"""v_reporter, v_coverage, v_ingest: do reports come?"""

from tests.harness.known_month import GOOGLE, MICROSOFT, POSTFIX, STALWART, mail

from .case import ViewTest


class Reporters(ViewTest):

    def test_who_reports_on_whom_since_when_and_how_often(self):
        self.assertEqual([
            ["Google Inc.", "2026-01-01 00:00:00+00", "2026-01-31 23:59:59+00", "30", "1 day", "2026-02-02 23:59:59+00", "f"],
            ["Comcast", "2026-01-01 00:00:00+00", "2026-01-20 23:59:59+00", "19", "1 day", "2026-01-22 23:59:59+00", "t"],
        ], self.ask("""select organization_name, first_seen, last_seen, days_reported, usual_gap, expected_by, silent
                       from v_reporter where recipient_domain = 'silent.example' order by organization_name desc"""))

    def test_its_last_day_is_that_on_which_its_last_period_starts(self):
        database = self.reported(*[mail(STALWART, "a.example", day, 1) for day in (1, 2)])
        self.assertEqual([["2026-01-03 09:59:59+00", "2026-01-02"]],
                         self.ask("select last_seen, last_day from v_reporter", database=database))

    def test_the_silent_ones(self):
        self.assertEqual([["bare.example", "mail.postfix.example"], ["edge.example", "Google Inc."],
                          ["late.example", "Microsoft Corporation"], ["lonely.example", "Comcast"],
                          ["silent.example", "Comcast"]], self.ask(
            "select recipient_domain, organization_name from v_reporter where silent order by 1, 2"))

    def test_who_reports_on_days_with_mail_only_is_given_its_usual_gap(self):
        usual = "select usual_gap, expected_by, silent from v_reporter where recipient_domain = 'dane.example'"
        self.assertEqual([["3 days", "2026-02-03 11:59:59+00", "f"]], self.ask(usual))
        self.assertEqual([["3 days", "2026-02-03 11:59:59+00", "t"]], self.ask(usual, now="2026-02-03T12:00:00Z"))

    def test_a_daily_reporter_is_silent_after_one_day_without_and_one_for_the_way(self):
        silent = "select silent from v_reporter where recipient_domain = 'testing.example'"
        self.assertEqual([["f"]], self.ask(silent, now="2026-02-02T23:59:59Z"))
        self.assertEqual([["t"]], self.ask(silent, now="2026-02-03T00:00:00Z"))

    def test_one_outage_is_no_habit(self):
        days = [day for day in range(1, 32) if not 8 <= day <= 14]
        database = self.reported(*[mail(GOOGLE, "a.example", day, 1) for day in days])
        self.assertEqual([["1 day", "f"]], self.ask("select usual_gap, silent from v_reporter", database=database))

    def test_of_whom_too_little_is_known_a_week_is_waited_for(self):
        database = self.reported(*[mail(MICROSOFT, "a.example", day, 1) for day in (20, 22)])
        waited = "select usual_gap, expected_by, silent from v_reporter"
        self.assertEqual([["2 days", "2026-01-29 23:59:59+00", "t"]], self.ask(waited, database=database))
        self.assertEqual([["f"]], self.ask("select silent from v_reporter", now="2026-01-29T12:00:00Z", database=database))

    def test_time_zones_with_summer_time_change_nothing(self):
        query = "select * from v_reporter order by 1, 2"
        for now in ("2026-02-01T12:00:00Z", "2026-04-01T00:30:00Z"):
            with self.subTest(now=now):
                self.assertEqual(self.ask(query, now=now, before="set local timezone to 'UTC'"), [
                    row[:2] + utc[2:4] + row[4:6] + utc[6:7] + row[7:] for row, utc in zip(
                        self.ask(query, now=now, before="set local timezone to 'Europe/Berlin'"),
                        self.ask(query, now=now, before="set local timezone to 'UTC'"))])

    def test_a_report_that_arrived_24_days_late(self):
        self.assertEqual([["Microsoft Corporation", "late.example", "1"]], self.ask("""
            select organization_name, recipient_domain, late_deliveries from v_reporter where late_deliveries > 0"""))

    def test_liberties_are_counted_by_kind(self):
        self.assertEqual([["6", '{"filled-policy-domain": 3, "missing-policy-domain": 3}']], self.ask("""
            select deviations, conformance from v_reporter where organization_name = 'mail.postfix.example'"""))
        self.assertEqual([["0", "{}"]], self.ask("""
            select distinct deviations, conformance from v_reporter where organization_name = 'Google Inc.'"""))


class Future(ViewTest):
    """json-6: reports dated in the future are evidence of nothing."""

    def future(self, domain, organization, start="9998-01-01", end="9998-01-01 23:59:59"):
        """Adds a clean report of that organization on that domain."""
        return f"""insert into session_total
            (report_key, recipient_domain, organization_name, start_datetime, end_datetime, sessions, failures)
            select min(report_key), '{domain}', '{organization}', '{start}Z', '{end}Z', 5, 0 from session_total
            where recipient_domain = 'clean.example'"""

    def test_who_fell_silent_is_silent_whatever_it_reports_on_the_future(self):
        reporter = """select last_seen, days_reported, usual_gap, expected_by, silent, future_reports from v_reporter
                      where recipient_domain = 'late.example'"""
        [[*known, none]] = self.ask(reporter)
        self.assertEqual(("t", "0"), (known[-1], none))
        for dates in ((), ("2026-02-03", "2026-02-03 12:00:01"), ("2026-01-31", "9998-01-01")):
            with self.subTest(dates=dates):
                future = self.future("late.example", "Microsoft Corporation", *dates)
                self.assertEqual([[*known, "1"]], self.ask(reporter, before=future))

    def test_clocks_may_differ_by_48_hours(self):
        near = self.future("late.example", "Microsoft Corporation", "2026-02-03", "2026-02-03 12:00:00")
        self.assertEqual([["f", "0"]], self.ask("""select silent, future_reports from v_reporter
                                                   where recipient_domain = 'late.example'""", before=near))

    def test_who_reports_on_the_future_alone_is_shown_without_dates(self):
        self.assertEqual([["", "", "", "", "1"]], self.ask(
            """select first_seen, last_seen, expected_by, silent, future_reports from v_reporter
               where organization_name = 'Tomorrow'""", before=self.future("new.example", "Tomorrow")))

    def test_liberties_in_reports_on_the_future_are_not_counted(self):
        database = self.reported(*[mail(POSTFIX, "a.example", day, 1, policy={"policy-type": "no-policy-found"})
                                   for day in (31, 40)])
        self.assertEqual([["2", "1"]], self.ask("select deviations, future_reports from v_reporter", database=database))

    def test_a_domain_is_not_covered_by_the_future(self):
        covered = "select domain from v_coverage order by 1"
        self.assertEqual(self.ask(covered), self.ask(covered, before="; ".join(
            self.future(domain, "Google Inc.") for domain in ("late.example", "missing.example"))))

    def test_no_incident_is_over_because_of_the_future_or_goes_on_in_it(self):
        incident = """select last_seen, state, resolved_at from v_incident where recipient_domain = 'lonely.example'"""
        self.assertEqual([["2026-01-20 23:59:59+00", "open", ""]], self.ask(incident))
        self.assertEqual([["2026-01-20 23:59:59+00", "open", ""]], self.ask(incident, before=self.future(
            "lonely.example", "Comcast", "9998-01-01", "9998-01-09")))
        expired = "select last_seen, state, resolved_at, reports from v_incident where recipient_domain = 'expired.example'"
        self.assertEqual(self.ask(expired), self.ask(expired, before="""
            insert into failure_total select report_key, recipient_domain, organization_name, '9998-01-01Z',
              '9998-01-02Z', result_type, host, failed_sessions, sessions, failures
            from failure_total where recipient_domain = 'expired.example'"""))

    def test_no_policy_is_ready_to_enforce_because_of_the_future(self):
        enforce = "select last_failure, days_clean, reporters, sessions, verdict from v_enforce"
        self.assertEqual(self.ask(enforce), self.ask(enforce, before=self.future("testing.example", "Tomorrow")))


class Coverage(ViewTest):

    def test_configured_domains_without_a_report_in_the_last_seven_days(self):
        self.assertEqual([["work", "late.example", "2026-01-09 23:59:59+00"], ["work", "missing.example", ""]],
                         self.ask("select mailbox, domain, last_report from v_coverage order by 2"))

    def test_a_domain_is_covered_for_seven_days(self):
        covered = "select count(*) from v_coverage where domain = 'late.example'"
        self.assertEqual([["0"]], self.ask(covered, now="2026-01-16T23:59:59Z"))
        self.assertEqual([["1"]], self.ask(covered, now="2026-01-17T00:00:00Z"))

    def test_reports_on_subdomains_and_on_mx_hosts_cover_what_is_listed(self):
        host = {"policy-type": "tlsa", "policy-domain": "mx.host.example", "policy-string": ["3 1 1 " + "0" * 64]}
        database = self.reported(mail(GOOGLE, "sub.a.example", 31, 1, also=[host]))
        self.assertEqual([["other.example"]], self.ask(
            "select domain from v_coverage", database=database,
            before="""insert into mailbox (name, server, username, folder, domains)
                      values ('m', 's', 'u', 'f', '{a.example,host.example,other.example}')"""))

    def test_a_listed_host_is_covered_by_any_report_that_names_it(self):
        host = {"policy-type": "tlsa", "policy-domain": "mx.host.example", "policy-string": ["3 1 1 " + "0" * 64]}
        database = self.reported(*[mail(GOOGLE, "a.example", day, 1, also=[host] if day < 9 else ()) for day in range(1, 17)])
        mailbox = """insert into mailbox (name, server, username, folder, domains)
                     values ('m', 's', 'u', 'f', '{a.example,mx.host.example}')"""
        for now, expected in (("2026-01-10T12:00:00Z", []),
                              ("2026-01-16T12:00:00Z", [["mx.host.example", "2026-01-08 23:59:59+00"]])):
            with self.subTest(now=now):
                self.assertEqual(expected, self.ask(
                    "select domain, last_report from v_coverage", now=now, database=database, before=mailbox))

    def test_a_retired_mailbox_is_not_missed(self):
        self.assertEqual([["0"]], self.ask(
            "select count(*) from v_coverage", before="update mailbox set retired_at = now()"))


class Ingest(ViewTest):

    def test_when_mailboxes_were_last_read_and_which_are_late(self):
        self.assertEqual([["stuck", "2026-01-31 18:00:00+00", "18:00:00", "t", "login refused"],
                          ["work", "2026-02-01 11:55:00+00", "00:05:00", "f", ""]], self.ask(
            "select mailbox, last_success_at, lag, late, last_error from v_ingest order by 1"))

    def test_late_is_more_than_three_times_the_interval_of_polling(self):
        late = "select late from v_ingest where mailbox = 'work'"
        self.assertEqual([["f"]], self.ask(late, now="2026-02-01T12:40:00Z"))
        self.assertEqual([["t"]], self.ask(late, now="2026-02-01T12:40:01Z"))
        self.assertEqual([["f"]], self.ask(late, now="2026-02-01T12:40:01Z",
                                           before="update setting set poll_every = '1 hour'"))

    def test_messages_by_what_became_of_them_and_what_is_in_quarantine(self):
        outcomes = ("stored", "stored", "updated", "duplicate", "ignored", "quarantined", "partial")
        values = ", ".join(f"((select id from mailbox where name = 'work'), 1, {uid}, 's', 'unknown', 'tls', '{outcome}')"
                           for uid, outcome in enumerate(outcomes, 1))
        self.assertEqual([["stuck", "0", "0", "0", "0", "0", "0", "0", "0"],
                          ["work", "7", "2", "1", "1", "1", "1", "1", "3"]], self.ask(
            """select mailbox, messages, stored, updated, duplicate, ignored, quarantined, partial, quarantine
               from v_ingest order by 1""",
            before=f"""insert into message (mailbox_key, uid_validity, uid, source, authentic, kind, outcome) values {values};
                       insert into quarantine (message_key, attachment, reason, detail)
                       select id, n, 'bad-json', '' from message, generate_series(1, 3) n where outcome = 'quarantined'"""))

    def test_quarantine_by_mailbox_and_reason(self):
        self.assertEqual([["work", "bad-gzip", "1"], ["work", "bad-json", "2"], ["", "bad-json", "1"]], self.ask(
            "select * from v_quarantine order by mailbox nulls last, reason",
            before="""insert into message (mailbox_key, uid_validity, uid, source, authentic, kind, outcome)
                      select id, 1, 1, 's', 'unknown', 'tls', 'quarantined' from mailbox where name = 'work';
                      insert into message (sha256, source, authentic, kind, outcome)
                      values ('\\x00', 'file', 'unknown', 'tls', 'quarantined');
                      insert into quarantine (message_key, attachment, reason, detail)
                      select m.id, a, r, '' from message m
                      join (values ('s', '1', 'bad-json'), ('s', '2', 'bad-json'), ('s', '3', 'bad-gzip'),
                                   ('file', '', 'bad-json')) q (s, a, r) on m.source = q.s"""))
