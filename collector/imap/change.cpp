#include "collector/imap/change.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "collector/imap/batches.hpp"
#include "collector/imap/folder.hpp"
#include "collector/imap/search.hpp"
#include "collector/imap/uid_set.hpp"

namespace tlsrpt::imap {

namespace {

// RFC 2180 §4.2: servers may say NO because some messages of the set are gone.
void add_flag(Client& client, std::span<const Uid> uids, std::string_view flag) {
  const auto store = [&](std::span<const Uid> set) {
    return client.run(fmt::format("UID STORE {} +FLAGS.SILENT ({})", uid_set(set), flag));
  };
  const Completion first = store(uids);
  if (first.is_ok()) return;
  if (first.condition == Status::Condition::kBad) client.require_ok(first);
  const std::vector<Uid> left = search_existing(client, uids);
  if (left.size() == uids.size()) client.require_ok(first);
  if (!left.empty()) client.require_ok(store(left));
}

// RFC 9051 §2: IMAP4rev2 has what were extensions of IMAP4rev1.
bool has_extension(Client& client, std::string_view name) {
  return client.has_capability(name) || client.has_capability("IMAP4rev2");
}

bool remove_batch(Client& client, std::span<const Uid> uids) {
  add_flag(client, uids, "\\Deleted");
  if (!has_extension(client, "UIDPLUS")) return false;
  client.require_ok(client.run("UID EXPUNGE " + uid_set(uids)));
  return true;
}

// Moves batch after batch into one folder.
class Mover {
 public:
  Mover(Client& client, std::string_view folder)
      : client_(client), folder_(folder), may_move_(has_extension(client, "MOVE")) {}

  bool move(std::span<const Uid> uids) {
    if (!may_move_) return copy_and_remove(uids);
    const Completion first = run("UID MOVE", uids);
    if (first.is_ok()) return true;
    std::vector<Uid> left = search_existing(client_, uids);
    if (!left.empty() && create_missing_folder(first)) {
      if (run("UID MOVE", left).is_ok()) return true;
      left = search_existing(client_, left);
    }
    // Some servers move, and say that they did not (imap-4): what is gone was moved, and must not be copied.
    if (left.empty()) return true;
    may_move_ = left.size() < uids.size();
    return copy_and_remove(left);
  }

 private:
  // What is flagged \Deleted was copied by a run that was killed then, or given up by its owner.
  bool copy_and_remove(std::span<const Uid> uids) {
    const std::vector<Uid> uncopied = search_undeleted(client_, uids);
    if (!uncopied.empty()) copy(uncopied);
    return remove_batch(client_, uids);
  }

  void copy(std::span<const Uid> uids) {
    Completion completion = run("UID COPY", uids);
    if (create_missing_folder(completion)) completion = run("UID COPY", uids);
    client_.require_ok(completion);
  }

  Completion run(std::string_view verb, std::span<const Uid> uids) {
    return client_.run(fmt::format("{} {} {}", verb, uid_set(uids), folder_argument(folder_)));
  }

  // Once, after a NO. Servers ought to say TRYCREATE then (RFC 9051 §7.1); where they do not, LIST tells.
  bool create_missing_folder(const Completion& refusal) {
    if (refusal.condition != Status::Condition::kNo || std::exchange(folder_is_known_, true)) return false;
    if (!refusal.status().has_code("TRYCREATE") && folder_exists(client_, folder_)) return false;
    create_folder(client_, folder_);
    return true;
  }

  Client& client_;
  std::string_view folder_;
  bool may_move_;                 // announced, and has worked so far
  bool folder_is_known_ = false;  // to exist, or to have been created
};

}  // namespace

void flag_seen(Client& client, std::span<const Uid> uids) {
  for (const auto batch : batches(uids)) add_flag(client, batch, "\\Seen");
}

bool remove(Client& client, std::span<const Uid> uids) {
  bool removed = true;
  for (const auto batch : batches(uids)) removed = remove_batch(client, batch) && removed;
  return removed;
}

bool move(Client& client, std::span<const Uid> uids, std::string_view folder) {
  bool removed = true;
  Mover mover(client, folder);
  for (const auto batch : batches(uids)) removed = mover.move(batch) && removed;
  return removed;
}

}  // namespace tlsrpt::imap
