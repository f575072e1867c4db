#include "db/mailbox.hpp"

#include "db/prune.hpp"
#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {
namespace {

const MailboxIdentity kIdentity{
    .name = "box", .server = "imaps://host", .username = "user", .folder = "INBOX/'TLS'", .domains = {"example.com"}};

constexpr const char* kPolled =
    "SELECT last_polled_at IS NOT NULL, last_success_at IS NOT NULL, last_error FROM mailbox";

}  // namespace

TEST_CASE("a mailbox is made when it is first entered, and the same one from then on") {
  Database database;
  CHECK(peek_mailbox(database.connection, kIdentity) == std::nullopt);
  const MailboxState made = enter_mailbox(database.connection, kIdentity);
  CHECK(made.uid_validity == std::nullopt);
  CHECK(made.last_uid == 0);
  CHECK(made.backfill_uid == std::nullopt);
  CHECK(database.rows("SELECT name, server, username, folder, domains FROM mailbox") ==
        Rows{"box|imaps://host|user|INBOX/'TLS'|{example.com}"});

  const std::string version = database.value("SELECT xmin FROM mailbox");
  CHECK(enter_mailbox(database.connection, kIdentity).key == made.key);
  CHECK(peek_mailbox(database.connection, kIdentity)->key == made.key);
  CHECK(database.value("SELECT xmin FROM mailbox") == version);
}

TEST_CASE("other domains are noted and forget nothing") {
  Database database;
  const MailboxState made = enter_mailbox(database.connection, kIdentity);
  reset_watermark(database.connection, made.key, 7);
  skip_to(database.connection, made.key, 7, 0, 40);
  MailboxIdentity wider = kIdentity;
  wider.domains = {"example.com", "example.net"};
  CHECK(enter_mailbox(database.connection, wider).last_uid == 40);
  CHECK(database.value("SELECT domains FROM mailbox") == "{example.com,example.net}");
}

TEST_CASE("another server, username or folder behind the name starts again") {
  for (const int what : {0, 1, 2}) {
    Database database;
    const MailboxState made = enter_mailbox(database.connection, kIdentity);
    reset_watermark(database.connection, made.key, 7);
    skip_to(database.connection, made.key, 7, 0, 40);
    begin_backfill(database.connection, made.key, 12, "since 2024-01-01");
    note_run_begun(database.connection, made.key);
    MailboxIdentity moved = kIdentity;
    (what == 0 ? moved.server : what == 1 ? moved.username : moved.folder) += "2";

    CHECK(peek_mailbox(database.connection, moved) == std::nullopt);
    const MailboxState state = enter_mailbox(database.connection, moved);
    CHECK(state.key != made.key);
    CHECK(state.uid_validity == std::nullopt);
    CHECK(state.last_uid == 0);
    CHECK(state.backfill_uid == std::nullopt);
    CHECK(state.backfill_filter.empty());
    CHECK(state.unfinished_runs == 0);
    CHECK(database.rows("SELECT name, last_uid, retired_at IS NOT NULL FROM mailbox ORDER BY id") ==
          Rows{"box (retired 1)|40|t", "box|0|f"});

    const MailboxState back = enter_mailbox(database.connection, kIdentity);
    CHECK(back.key == made.key);
    CHECK(back.uid_validity == 7);
    CHECK(back.last_uid == 40);
    CHECK(database.rows("SELECT name, last_uid, retired_at IS NOT NULL FROM mailbox ORDER BY id") ==
          Rows{"box|40|f", "box (retired 2)|0|t"});
    CHECK(enter_mailbox(database.connection, moved).key == state.key);
  }
}

TEST_CASE("a message of another place behind the same name is another, be UIDVALIDITY and UID the same") {
  Database database;
  const auto old = enter_mailbox(database.connection, kIdentity).key;
  reset_watermark(database.connection, old, 7);
  NewMessage broken = mail(1);
  broken.quarantine = {rejected(parser::Reason::kBadGzip)};
  database.write(old, {broken, mail(2), mail(3, {report("r3")})}, {.after_pending = true});

  MailboxIdentity moved = kIdentity;
  moved.folder = "Elsewhere";
  const auto key = enter_mailbox(database.connection, moved).key;
  reset_watermark(database.connection, key, 7);
  CHECK(database.write(key, {mail(1, {report("r1")}), mail(2, {report("r2")}), mail(3)}).outcomes ==
        Outcomes{Outcome::kStored, Outcome::kStored, Outcome::kIgnored});
  CHECK(database.rows("SELECT b.name, uid, outcome FROM message m JOIN mailbox b ON b.id = mailbox_key"
                      " ORDER BY b.id, uid") == Rows{"box (retired 1)|1|quarantined", "box (retired 1)|2|ignored",
                                                     "box (retired 1)|3|stored", "box|1|stored", "box|2|stored",
                                                     "box|3|ignored"});
}

TEST_CASE("a retired mailbox is not late, and the domains it listed are no one's to cover") {
  Database database;
  enter_mailbox(database.connection, kIdentity);
  CHECK(database.rows("SELECT mailbox, late FROM v_ingest") == Rows{"box|t"});
  MailboxIdentity moved = kIdentity;
  moved.folder = "Elsewhere";
  moved.domains = {"example.net"};
  enter_mailbox(database.connection, moved);
  CHECK(database.rows("SELECT mailbox, late FROM v_ingest ORDER BY 1") == Rows{"box|t", "box (retired 1)|f"});
  CHECK(database.rows("SELECT mailbox, domain FROM v_coverage") == Rows{"box|example.net"});
}

TEST_CASE("what `after:` had still to do in a place that was left, or under an old UIDVALIDITY, is settled") {
  Database database;
  const auto key = enter_mailbox(database.connection, kIdentity).key;
  reset_watermark(database.connection, key, 7);
  database.write(key, {mail(1, {report("r1")})}, {.after_pending = true});
  reset_watermark(database.connection, key, 7);
  CHECK(pending_after(database.connection, key, 7) == std::vector<std::uint64_t>{1});
  reset_watermark(database.connection, key, 8);
  CHECK(database.value("SELECT after_done_at IS NOT NULL FROM message") == "t");

  const Watermark watermark{.mailbox = key, .uid_validity = 8, .from = 0, .to = 1};
  write_batch(database.connection, watermark, rendered({mail(1, {report("r1")})}), {.after_pending = true});
  CHECK(pending_after(database.connection, key, 8) == std::vector<std::uint64_t>{1});
  MailboxIdentity moved = kIdentity;
  moved.server = "imaps://elsewhere";
  enter_mailbox(database.connection, moved);
  CHECK(database.value("SELECT count(*) FROM message WHERE after_done_at IS NULL") == "0");
  CHECK(prune(database.connection, {.reports = std::chrono::days{1}, .quarantine = std::nullopt}, false).reports == 1);
  CHECK(database.value("SELECT count(*) FROM message WHERE outcome = 'stored'") == "0");
}

TEST_CASE("another UIDVALIDITY sets every watermark back") {
  Database database;
  const auto key = enter_mailbox(database.connection, kIdentity).key;
  reset_watermark(database.connection, key, 7);
  skip_to(database.connection, key, 7, 0, 40);
  begin_backfill(database.connection, key, 12, "x");
  reset_watermark(database.connection, key, 8);
  const MailboxState state = *peek_mailbox(database.connection, kIdentity);
  CHECK(state.uid_validity == 8);
  CHECK(state.last_uid == 0);
  CHECK(state.backfill_uid == std::nullopt);
}

TEST_CASE("a backfill's beginning and filter are kept until it ends") {
  Database database;
  const auto key = enter_mailbox(database.connection, kIdentity).key;
  begin_backfill(database.connection, key, 0, "since 2024-01-01");
  CHECK(peek_mailbox(database.connection, kIdentity)->backfill_uid == 0);
  CHECK(peek_mailbox(database.connection, kIdentity)->backfill_filter == "since 2024-01-01");
  end_backfill(database.connection, key);
  CHECK(peek_mailbox(database.connection, kIdentity)->backfill_uid == std::nullopt);
  CHECK(peek_mailbox(database.connection, kIdentity)->backfill_filter.empty());
}

TEST_CASE("skipping moves the watermark only from where it was") {
  Database database;
  const auto key = enter_mailbox(database.connection, kIdentity).key;
  reset_watermark(database.connection, key, 7);
  skip_to(database.connection, key, 7, 0, 40);
  CHECK(failure([&] { skip_to(database.connection, key, 7, 0, 50); }) == Error::Kind::kOvertaken);
  CHECK(failure([&] { skip_to(database.connection, key, 8, 40, 50); }) == Error::Kind::kOvertaken);
  CHECK(peek_mailbox(database.connection, kIdentity)->last_uid == 40);
}

TEST_CASE("an idle poll updates its mailbox row and nothing else") {
  Database database;
  const auto key = enter_mailbox(database.connection, kIdentity).key;
  note_poll(database.connection, key, {.command = "collect"}, std::chrono::milliseconds{5});
  CHECK(database.rows(kPolled) == Rows{"t|t|-"});
  CHECK(database.value("SELECT count(*) FROM poll_run") == "0");
}

TEST_CASE("a run that ends, however, takes back its own beginning alone") {
  Database database;
  const auto key = enter_mailbox(database.connection, kIdentity).key;
  const auto unfinished = [&] { return database.value("SELECT unfinished_runs FROM mailbox"); };
  note_run_begun(database.connection, key);  // killed
  note_poll(database.connection, key, {.command = "collect", .error = "login refused"}, std::chrono::milliseconds{5});
  CHECK(unfinished() == "1");
  note_run_begun(database.connection, key);
  note_poll(database.connection, key, {.command = "collect", .error = "connection lost", .began_reading = true},
            std::chrono::milliseconds{5});
  CHECK(unfinished() == "1");
}

TEST_CASE("a run that found the mailbox being read elsewhere says nothing of how polling went") {
  Database database;
  const auto key = enter_mailbox(database.connection, kIdentity).key;
  note_poll(database.connection, key, {.command = "run"}, std::chrono::milliseconds{5});
  const std::string before = database.value("SELECT mailbox FROM mailbox");
  note_run_begun(database.connection, key);
  note_poll(database.connection, key,
            {.command = "collect", .error = "being read elsewhere", .began_reading = true, .read_elsewhere = true},
            std::chrono::milliseconds{5});
  CHECK(database.value("SELECT mailbox FROM mailbox") == before);
  CHECK(database.rows("SELECT command, error FROM poll_run") == Rows{"collect|being read elsewhere"});
}

TEST_CASE("a poll that fetched or failed is a poll_run, and a failure stands until the next success") {
  Database database;
  const auto key = enter_mailbox(database.connection, kIdentity).key;
  note_poll(database.connection, key,
            {.command = "collect", .fetched = 1, .error = "host: Connection \"refused\" \\ caf\xE9"},
            std::chrono::milliseconds{1'500});
  CHECK(database.rows(kPolled) == Rows{"t|f|host: Connection \"refused\" \\ caf\xEF\xBF\xBD"});
  note_poll(database.connection, key,
            {.command = "run",
             .fetched = 21,
             .stored = 1,
             .updated = 2,
             .duplicate = 3,
             .ignored = 4,
             .quarantined = 5,
             .partial = 6},
            std::chrono::milliseconds{0});
  CHECK(database.rows(kPolled) == Rows{"t|t|-"});
  CHECK(database.rows("SELECT command, fetched, stored, updated, duplicate, ignored, quarantined, partial,"
                      " error IS NOT NULL, finished_at - started_at FROM poll_run ORDER BY id") ==
        Rows{"collect|1|0|0|0|0|0|0|t|00:00:01.5", "run|21|1|2|3|4|5|6|f|00:00:00"});
}

TEST_CASE("an import has its poll_run without a mailbox") {
  Database database;
  note_poll(database.connection, std::nullopt, {.command = "import", .fetched = 2, .stored = 2},
            std::chrono::seconds{1});
  CHECK(database.rows("SELECT mailbox_key, command, fetched FROM poll_run") == Rows{"-|import|2"});
}

TEST_CASE("a mailbox is locked once, and free again when unlocked or when its owner is gone") {
  Database database;
  const auto key = enter_mailbox(database.connection, kIdentity).key;
  const Connection second{database_url()};
  {
    const Connection first{database_url()};
    CHECK(lock_mailbox(first, key, std::chrono::milliseconds{0}));
    CHECK_FALSE(lock_mailbox(second, key, std::chrono::milliseconds{0}));
    CHECK_FALSE(lock_mailbox(second, key, std::chrono::milliseconds{20}));
    CHECK(lock_mailbox(second, key + 1, std::chrono::milliseconds{0}));
    unlock_mailbox(first, key);
    CHECK(lock_mailbox(second, key, std::chrono::milliseconds{0}));
    unlock_mailbox(second, key);
    CHECK(lock_mailbox(first, key, std::chrono::milliseconds{0}));
  }
  CHECK(lock_mailbox(second, key, std::chrono::milliseconds{10'000}));
}

TEST_CASE("a mailbox's lock outlives the transactions of its owner") {
  Database database;
  const auto key = database.mailbox();
  const Connection second{database_url()};
  CHECK(lock_mailbox(database.connection, key, std::chrono::milliseconds{100}));
  database.write(key, {mail(1, {report("r1")})});
  CHECK_FALSE(lock_mailbox(second, key, std::chrono::milliseconds{0}));
}

}  // namespace tlsrpt::db::test
