#include "collector/pass.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "collector/after.hpp"
#include "collector/counts.hpp"
#include "collector/database.hpp"
#include "collector/fetched_message.hpp"
#include "collector/imap/session.hpp"
#include "collector/log.hpp"
#include "collector/mailbox_lock.hpp"
#include "collector/mailbox_place.hpp"
#include "collector/pipeline.hpp"
#include "db/store.hpp"

namespace tlsrpt::collector {

namespace {

constexpr int kSuspiciousRuns = 2;  // as many unfinished runs at one watermark look like a message that kills

// How the next messages are read then: first such as land soon, each tried in a process of its own; then about as many
// as a run reads ahead of its watermark, so that this comes close to the guilty one.
struct Caution {
  std::size_t messages;
  bool tried;
  PipelineBounds bounds;
};
constexpr std::array kCautions = {
    Caution{.messages = 50, .tried = true, .bounds = {}},
    Caution{.messages = 10'000, .tried = false, .bounds = {.batch_messages = 50, .batch_bytes = 256u << 10}},
};

std::string filter_of(const PassRequest& request) {
  std::string filter;
  if (request.since) filter += "since " + *request.since;
  if (request.before) filter += (filter.empty() ? "before " : " before ") + *request.before;
  return filter;
}

struct Arrival {
  std::shared_ptr<imap::Session> session;
  imap::Folder folder;
};

Arrival arrive(const MailboxConfig& mailbox) {
  auto session = std::make_shared<imap::Session>(login_account(mailbox));
  const auto folder =
      mailbox.after == After::kKeep ? session->examine(mailbox.folder) : session->select(mailbox.folder);
  log::debug("mailbox {}: logged in at {}", mailbox.name, session->login_summary());
  log::debug("mailbox {}: folder {}: UIDVALIDITY {}, UIDNEXT {}, {} messages", mailbox.name, mailbox.folder,
             folder.uid_validity, folder.uid_next ? std::to_string(*folder.uid_next) : "not told", folder.exists);
  return {.session = std::move(session), .folder = folder};
}

std::uint64_t bytes_of(const std::vector<imap::FetchedMessage>& group) {
  std::uint64_t bytes = 0;
  for (const auto& message : group) bytes += message.body.size();
  return bytes;
}

class Pass {
 public:
  Pass(const Config& config, const MailboxConfig& mailbox, const PassRequest& request)
      : config_(config), mailbox_(mailbox), request_(request) {
    counts_.command = request.command;
  }

  // What a crash after each step leaves behind:
  //   1 to 4  nothing but the mailbox row;
  //   5       what `after:` had done so far, the rest still pending;
  //   6       whole batches, each with its watermark: the next pass goes on from there;
  //   7       stored messages whose `after:` is pending: step 5 of the next pass.
  db::PollRun run() {
    const auto begun = std::chrono::steady_clock::now();
    // 1. Log in and open the folder while the database connects.
    auto arrival = std::async(std::launch::async, [this] { return arrive(mailbox_); });
    const db::Connection database(config_.database.reveal());
    log::debug("mailbox {}: connected to database {}", mailbox_.name, database.where());
    prepare_schema(database, config_);
    try {
      read(database, arrival);
    } catch (const std::exception& error) {
      note_failure(database, error, begun);
      throw;
    }
    db::note_poll(database, state_.key, counts_, elapsed_since(begun));
    return counts_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  static std::chrono::milliseconds elapsed_since(Clock::time_point begun) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  }

  void note_failure(const db::Connection& database, const std::exception& error, Clock::time_point begun) {
    if (state_.key == 0) return;
    counts_.error = error.what();
    const auto* of_db = dynamic_cast<const db::Error*>(&error);
    counts_.read_elsewhere = of_db != nullptr && of_db->kind() == db::Error::Kind::kOvertaken;
    try {
      db::note_poll(database, state_.key, counts_, elapsed_since(begun));
    } catch (const db::Error&) {
      return;  // the database is what failed; the caller reports the first error
    }
  }

  void read(const db::Connection& database, std::future<Arrival>& arrival) {
    // 2. The mailbox row, and the right to read.
    state_ = db::enter_mailbox(database, identity_of(mailbox_));
    const MailboxLock lock(database, state_.key, mailbox_);
    const auto state = db::peek_mailbox(database, identity_of(mailbox_));  // as whoever had the lock before left it
    if (!state || state->key != state_.key) throw being_read_elsewhere(mailbox_);
    state_ = *state;

    // 3. The folder, open by now.
    const auto [session, folder] = arrival.get();

    // 4. Another UIDVALIDITY: the UIDs known so far mean nothing any more.
    if (state_.uid_validity != folder.uid_validity) {
      if (state_.uid_validity) {
        log::warning("mailbox {}: UIDVALIDITY changed from {} to {}: reading it again from the first message",
                     mailbox_.name, *state_.uid_validity, folder.uid_validity);
      }
      db::reset_watermark(database, state_.key, folder.uid_validity);
      state_.uid_validity = folder.uid_validity;
      state_.last_uid = 0;
      state_.backfill_uid.reset();
    }

    // 5. Finish what an earlier pass had stored and not yet tidied away.
    //    Where the server will not have it, that is no reason to read nothing.
    const auto unfinished = try_finish_after(*session, database, folder.uid_validity);

    // 6. Read and store.
    bool complete = true;
    if (request_.backfill) {
      complete = backfill(database, *session);
    } else if (!folder.has_nothing_after(state_.last_uid)) {
      complete = collect(database, *session, folder);
    }

    // 7. What `after:` asks for the messages just stored. A fetch that was stopped has left the session unusable.
    if (complete && counts_.fetched > 0 && mailbox_.after != After::kKeep) {
      finish_after(*session, database, mailbox_, state_.key, folder.uid_validity);
    }
    if (unfinished && counts_.fetched == 0) std::rethrow_exception(unfinished);
    if (complete) say_goodbye(session);
  }

  // While the database notes how it went.
  void say_goodbye(std::shared_ptr<imap::Session> session) {
    goodbye_ = std::async(std::launch::async, [session = std::move(session)] { session->logout(); });
  }

  std::exception_ptr try_finish_after(imap::Session& session, const db::Connection& database,
                                      std::uint64_t uid_validity) {
    if (mailbox_.after == After::kKeep) return nullptr;
    try {
      finish_after(session, database, mailbox_, state_.key, uid_validity);
      return nullptr;
    } catch (const imap::Error& error) {
      log::warning("mailbox {}: what `after` asks is still to be done: {}", mailbox_.name, error.what());
      return std::current_exception();
    }
  }

  bool collect(const db::Connection& database, imap::Session& session, const imap::Folder& folder) {
    watermark_ = {.mailbox = state_.key, .uid_validity = folder.uid_validity, .from = state_.last_uid};
    const auto found = session.search({.after = state_.last_uid});
    if (!fetch_and_store(database, session, found.uids)) return false;
    if (state_.last_uid == 0 && found.uids.size() < folder.exists) {
      log::warning(
          "mailbox {}: the server counts {} messages and finds {}: the next pass looks behind these, a backfill "
          "between them",
          mailbox_.name, folder.exists, found.uids.size());
    }
    // UIDs that hold nothing any more would make every later poll ask for them again. Where something was found, the
    // next pass asks once more what lies behind it.
    if (found.answered && found.uids.empty() && folder.uid_next && *folder.uid_next > watermark_.from + 1) {
      db::skip_to(database, state_.key, folder.uid_validity, watermark_.from, *folder.uid_next - 1);
    }
    return true;
  }

  bool backfill(const db::Connection& database, imap::Session& session) {
    const auto filter = filter_of(request_);
    const bool resumes = state_.backfill_uid && state_.backfill_filter == filter;
    const auto from = resumes ? *state_.backfill_uid : 0;
    if (resumes && from > 0) log::info("mailbox {}: the backfill goes on after UID {}", mailbox_.name, from);
    db::begin_backfill(database, state_.key, from, filter);
    watermark_ = {.mailbox = state_.key,
                  .uid_validity = *state_.uid_validity,
                  .from = from,
                  .backfill = true,
                  .raise_last_uid = filter.empty()};
    const auto found = session.search({.after = from, .since = request_.since, .before = request_.before});
    if (!fetch_and_store(database, session, found.uids)) return false;
    db::end_backfill(database, state_.key);
    return true;
  }

  // False if it was stopped before the end.
  bool fetch_and_store(const db::Connection& database, imap::Session& session, std::span<const imap::Uid> uids) {
    if (uids.empty()) return true;
    refresh_result_types(database, config_);
    db::note_run_begun(database, state_.key);
    counts_.began_reading = true;
    if (request_.progress != nullptr) request_.progress->expect(uids.size());
    if (state_.unfinished_runs >= kSuspiciousRuns) {
      log::warning(
          "mailbox {}: {} runs ended without a word after UID {}: trying the next messages in a process of "
          "their own",
          mailbox_.name, state_.unfinished_runs, watermark_.from);
      for (const auto& caution : kCautions) {
        const auto next = uids.first(std::min(caution.messages, uids.size()));
        if (!fetch_and_store_group(database, session, next, caution.tried, caution.bounds)) return false;
        uids = uids.subspan(next.size());
      }
    }
    return fetch_and_store_group(database, session, uids, false, {});
  }

  bool fetch_and_store_group(const db::Connection& database, imap::Session& session, std::span<const imap::Uid> uids,
                             bool tried, const PipelineBounds& bounds) {
    if (uids.empty()) return true;
    MessageReader reader(config_, mailbox_);
    db::Renderer renderer;
    bool stopped = false;
    const auto parse = [&](imap::FetchedMessage message) {
      auto rendered = renderer.render(reader.read(std::move(message), tried));
      // They stand in its row now. Memory that this thread took costs it less to give back than the one that writes.
      rendered.message.rfc822_message_id.reset();
      rendered.message.subject.reset();
      return rendered;
    };
    run_pipeline({.fetch =
                      [&](const auto& sink) {
                        session.fetch(uids, {.max_message = config_.mime_limits.message},
                                      [&](std::vector<imap::FetchedMessage> group) {
                                        if (request_.progress != nullptr)
                                          request_.progress->advance(group.size(), bytes_of(group));
                                        stopped = request_.stop.stop_requested() || !sink(std::move(group));
                                        return !stopped;
                                      });
                      },
                  .parse = parse,
                  .write = [&](std::vector<db::RenderedMessage> batch) { store(database, std::move(batch)); }},
                 bounds);
    return !stopped;
  }

  void store(const db::Connection& database, std::vector<db::RenderedMessage> batch) {
    const auto begun = Clock::now();
    const auto messages = batch.size();
    watermark_.to = *batch.back().message.uid;
    const auto written = db::write_batch(
        database, watermark_, std::move(batch),
        {.after_pending = mailbox_.after != After::kKeep, .quarantine_bytes = config_.quarantine_bytes});
    watermark_.from = watermark_.to;
    log::debug("mailbox {}: wrote {} messages up to UID {} in {} ms", mailbox_.name, messages, watermark_.to,
               elapsed_since(begun).count());
    add(counts_, written.counts);
  }

  const Config& config_;
  const MailboxConfig& mailbox_;
  const PassRequest& request_;
  db::MailboxState state_;
  db::Watermark watermark_;
  db::PollRun counts_;
  std::future<void> goodbye_;
};

}  // namespace

db::PollRun read_mailbox(const Config& config, const MailboxConfig& mailbox, const PassRequest& request) {
  return Pass(config, mailbox, request).run();
}

}  // namespace tlsrpt::collector
