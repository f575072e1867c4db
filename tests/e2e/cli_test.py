"""The command line, the configuration, the logs, and the commands that look after what was stored."""

import json
import os
import re
import resource

from tests.harness import sample

from .case import MAILBOX, PASSWORD, EndToEndTest

_COMMANDS = ("run", "collect", "backfill", "import", "parse", "report", "quarantine", "reprocess", "migrate", "check",
             "prune")


class CommandLine(EndToEndTest):

    def test_help_of_every_command_has_an_example(self):
        overview = self.run_program("--help")
        self.assertEqual(0, overview.code)
        for command in _COMMANDS:
            with self.subTest(command=command):
                self.assertIn(command, overview.out)
                result = self.run_program(command, "--help")
                self.assertEqual(0, result.code)
                self.assertRegex(result.out, rf"(?s)Example.*tlsrpt-collector {command}")

    def test_wrong_usage_is_64_with_a_hint(self):
        for arguments in ((), ("frobnicate",), ("collect", "--what"), ("parse",), ("backfill", "--since", "yesterday"), ("migrate", "--status", "--grant-reader", "somebody"),
                          ("quarantine",), ("quarantine", "show", "x"), ("--log-level", "loud", "collect")):
            with self.subTest(arguments=arguments):
                result = self.run_program(*arguments)
                self.assertEqual((64, ""), (result.code, result.out))
                self.assertIn("--help", result.err)

    def test_the_configuration_is_found_by_option_and_by_variable(self):
        config = self.configure()
        self.assertEqual(0, self.run_program("collect", environment={"TLSRPT_COLLECTOR_CONFIG": str(config)}).code)
        self.assertEqual(0, self.run_program("collect", "-c", str(config)).code)
        result = self.run_program("-c", str(self.directory / "missing.yaml"), "collect")
        self.assertEqual(78, result.code)
        self.assertIn("missing.yaml", result.err)

    def test_all_errors_of_a_configuration_are_told_with_line_and_column(self):
        config = self.directory / "bad.yaml"
        config.write_text("databse: x\n"
                          "mailboxes:\n"
                          "  - name: a\n"
                          "    server: ftp://imap.example.com\n"
                          "    username: u\n"
                          "    password_file: /dev/null\n"
                          "poll: { parallel: many }\n")
        result = self.run_program("-c", str(config), "collect")
        self.assertEqual(78, result.code)
        places = [tuple(map(int, place)) for place in re.findall(rf"{re.escape(str(config))}:(\d+):(\d+): \S", result.err)]
        self.assertEqual([(1, 1), (4, 13), (7, 19)], places)

    def test_a_password_that_others_can_read_is_warned_about(self):
        config = self.configure(self.mailbox(password_file=None, password=PASSWORD))
        config.chmod(0o644)
        self.assertRegex(self.collect(config).err, r"(?m)^\S+ warning .*password")

    def test_secrets_are_in_no_output_at_any_level(self):
        config = self.configure(self.mailbox(password_file=None, password=PASSWORD))
        wrong = self.configure(self.mailbox(password_file=None, password=PASSWORD + "x"), name="wrong.yaml")
        for path in (config, wrong):
            for command in ("collect", "check"):
                # run_program() looks for the secrets.
                self.run_program("-c", str(path), "--log-level", "debug", command)

    def test_logs_are_json_on_request(self):
        mails, _ = sample.inbox(days=1)
        self.deliver(mails)
        result = self.run_program("-c", str(self.configure()), "--log-format", "json", "collect")
        entries = [json.loads(line) for line in result.err.splitlines()]
        self.assertTrue(entries)
        self.assertTrue(all({"time", "level", "message"} <= entry.keys() for entry in entries), entries)
        self.assertIn("warning", {entry["level"] for entry in entries})

    def test_an_error_is_one_event_whatever_the_operator_typed(self):
        result = self.run_program("-c", str(self.configure()), "--log-format", "json", "collect", "--mailbox", "a\nb")
        self.assertEqual(78, result.code)
        [line] = result.err.splitlines()
        self.assertIn(r"no mailbox is named a\x0ab", json.loads(line)["message"])

    def test_the_log_level_debug_says_how_it_went(self):
        self.deliver(sample.inbox(days=1)[0])
        log = self.run_program("-c", str(self.configure()), "--log-level", "debug", "collect").err
        for said in (r"logged in at localhost:\d+, TLSv1\.3, greeting \".*ready.*\", capabilities .*\bUIDPLUS\b",
                     r"folder INBOX: UIDVALIDITY \d+, UIDNEXT \d+, \d+ messages", r"connected to database test_\w+ at ",
                     r"wrote \d+ messages up to UID \d+ in \d+ ms"):
            self.assertRegex(log, rf"(?m)^\S+ debug mailbox {MAILBOX}: {said}")

    def test_the_log_level_hides_what_is_below_it(self):
        result = self.run_program("-c", str(self.configure()), "--log-level", "error", "collect")
        self.assertEqual((0, ""), (result.code, result.err))


class Upkeep(EndToEndTest):

    def fill(self, days=1):
        mails, manifest = sample.inbox(days)
        self.deliver(mails)
        self.collect(self.configure())
        return manifest

    def run_command(self, *arguments, code=0):
        return self.collect(self.configure(), *arguments[1:], command=arguments[0], code=code)

    def test_check_says_ok_line_by_line(self):
        self.collect(self.configure())
        result = self.run_command("check")
        lines = result.out.splitlines()
        self.assertGreaterEqual(len(lines), 4)
        self.assertTrue(all(line.startswith("[ok]") for line in lines), result.out)

    def test_check_names_what_fails_and_the_remedy(self):
        config = self.configure(self.mailbox(folder="Nowhere"))
        result = self.collect(config, command="check", code=78)
        [failed] = [line for line in result.out.splitlines() if line.startswith("[fail]") and "Nowhere" in line]
        self.assertIn(MAILBOX, failed)

    def test_check_says_of_every_step_whether_it_was_tried_and_what_to_do(self):
        def failed(**overrides):
            lines = self.run_program("-c", str(self.configure(self.mailbox(**overrides))), "check").out.splitlines()
            return [line.removeprefix(f"[fail] mailbox {MAILBOX} ") for line in lines if not line.startswith("[ok]")]

        password, login, folder = failed(password_file="/nonexistent")
        self.assertRegex(password, "^password: .*/nonexistent: .*; remedy: .*`password_file`")
        self.assertEqual(f"login: not tried: mailbox {MAILBOX} password failed", login)
        self.assertEqual(f"folder: not tried: mailbox {MAILBOX} password failed", folder)
        login, folder = failed(password_file=None, password="wrong")
        self.assertRegex(login, "^login: localhost.*refused.*; remedy: .*`username`")
        self.assertEqual(f"folder: not tried: mailbox {MAILBOX} login failed", folder)

    def test_check_names_a_step_that_fails_once(self):
        config = self.configure(database="postgresql://nobody@127.0.0.1:1/nothing")
        lines = self.collect(config, command="check", code=75).out.splitlines()
        [failed] = [line for line in lines if line.startswith("[fail] database")]
        self.assertRegex(failed, r"^\[fail\] database: connection .*refused.*; remedy: see that PostgreSQL runs")

    def test_check_of_a_configuration_that_cannot_be_read_tries_nothing_else(self):
        config = self.directory / "bad.yaml"
        config.write_text("mailboxes: 3\n")
        lines = self.collect(config, command="check", code=78).out.splitlines()
        self.assertRegex(lines[0], rf"^\[fail\] configuration: {re.escape(str(config))}:1:12: ")
        self.assertEqual([f"[fail] {step}: not tried: configuration failed"
                          for step in ("database", "schema", "mailboxes")], lines[1:])

    def test_check_of_a_newer_database_says_what_to_install(self):
        self.collect(self.configure())
        self.query("INSERT INTO tlsrpt.schema_migration (version, name, checksum) VALUES (9999, 'later', 'x')")
        [failed] = [line for line in self.run_command("check", code=78).out.splitlines() if not line.startswith("[ok]")]
        self.assertRegex(failed, r"^\[fail\] schema: .*newer than this program: it has migration 9999 \(later\).*install")

    def failed_schema(self, database):
        [line] = [line for line in self.collect(self.configure(database=database), command="check", code=78).out
                  .splitlines() if line.startswith("[fail]")]
        self.collect(self.configure(database=database), code=78)
        return line.removeprefix("[fail] schema: ")

    def test_check_says_that_collect_could_not_write(self):
        reader = f"lesser_{os.getpid()}"
        self.query(f"CREATE ROLE {reader} LOGIN PASSWORD '{self.postgres.password}'")
        as_reader = self.database.replace("//tlsrpt:", f"//{reader}:")
        self.assertRegex(self.failed_schema(as_reader), f"GRANT CREATE ON DATABASE test_.* TO {reader}$")
        self.run_command("migrate", "--grant-reader", reader)
        self.maildir.deliver(sample.report_mail())
        self.assertRegex(self.failed_schema(as_reader), f"role {reader} lacks .*GRANT SELECT, INSERT.* TO {reader}")
        self.assertRegex(self.failed_schema(self.database + "?options=-c%20default_transaction_read_only%3Don"),
                         "can only be read: .*standby.*default_transaction_read_only")

    def test_check_changes_nothing(self):
        self.maildir.deliver(sample.report_mail())
        before = self.maildir.snapshot()
        self.run_program("-c", str(self.configure()), "check")
        self.assertEqual("", self.value("SELECT to_regnamespace('tlsrpt')"))
        self.assertEqual(before, self.maildir.snapshot())

    def test_migrate_makes_the_schema_once(self):
        before = self.run_command("migrate", "--status")
        self.assertIn("pending", before.out)
        self.assertEqual("", self.value("SELECT to_regnamespace('tlsrpt')"))
        self.run_command("migrate")
        first = self.dump()
        self.run_command("migrate")
        self.assertEqual(first, self.dump())
        self.assertNotIn("pending", self.run_command("migrate", "--status").out)

    def test_migrate_grants_a_reader_reading_and_nothing_else(self):
        reader = f"reader_{os.getpid()}"
        self.query(f"CREATE ROLE {reader} LOGIN PASSWORD '{self.postgres.password}'")
        self.run_command("migrate", "--grant-reader", reader)
        self.fill()
        as_reader = self.database.replace("//tlsrpt:", f"//{reader}:")
        self.assertNotEqual("0", self.postgres.value("SELECT count(*) FROM tlsrpt.report", as_reader))
        with self.assertRaisesRegex(Exception, "permission denied"):
            self.postgres.query("DELETE FROM tlsrpt.report", as_reader)

    def test_prune_deletes_what_retention_says_and_nothing_by_itself(self):
        self.fill()
        reports = self.count("report")
        config = self.configure(retention={"reports": "1d", "quarantine": "forever"})
        self.collect(config)
        self.assertEqual(reports, self.count("report"))
        before = self.dump()
        self.assertIn(str(reports), self.collect(config, "--dry-run", command="prune").out)
        self.assertEqual(before, self.dump())
        self.query("UPDATE tlsrpt.report SET end_datetime = now() WHERE id = (SELECT min(id) FROM tlsrpt.report)")
        self.absent_uids = self.count("message") - 6  # a report that came twice, the broken one and three other mails stay
        self.collect(config, command="prune")
        self.assertEqual(1, self.count("report"))
        self.assertEqual(1, self.count("quarantine"))

    def test_report_answers_for_a_period(self):
        self.fill(days=28)
        text = self.run_command("report", "--from", "2026-01-01", "--to", "2026-01-31").out
        for word in ("example.com", "certificate-expired", "mx2.example.com"):
            self.assertIn(word, text)
        self.assertNotIn("certificate-expired", self.run_command("report", "--from", "2020-01-01", "--to",
                                                                 "2020-01-31").out)

    def test_a_report_that_cannot_be_written_is_74(self):
        self.fill()
        self.run_command("report", "-o", str(self.directory / "no" / "such" / "directory"), code=74)
        self.run_command("report", "-o", "/dev/full", code=74)

    def test_a_report_beyond_the_limit_of_a_files_size_is_74_and_leaves_nothing(self):
        self.fill()
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.configure()
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        try:
            result = self.run_program("-c", str(self.directory / "config.yaml"), "report", "-o",
                                      str(self.directory / "report.txt"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        self.assertEqual(74, result.code, result.err)
        self.assertEqual([], list(self.directory.glob("report*")))
