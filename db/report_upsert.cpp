#include "db/report_upsert.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

#include "db/replacement.hpp"
#include "db/text.hpp"
#include "db/transaction.hpp"
#include "parser/json.hpp"

namespace tlsrpt::db {
namespace {

using What = UpsertResult::What;

// Filled by COPY, then inserted or updated from in one statement. Its rows are gone at the end of each transaction.
constexpr const char* kStaging = "report_staging";
constexpr const char* kMakeStaging =
    "CREATE TEMPORARY TABLE report_staging (LIKE report INCLUDING DEFAULTS INCLUDING STORAGE) ON COMMIT DELETE ROWS";

// Ordered, so that two writers of the same reports wait for each other instead of both ways round.
constexpr std::string_view kInsert =
    "INSERT INTO report ({0}) SELECT {0} FROM report_staging ORDER BY start_datetime, identity "
    "ON CONFLICT (start_datetime, identity) DO NOTHING";

// A staged id that was inserted is the report's own; all others met a report that stands. LATERAL keeps the planner,
// which knows nothing of a temporary table, from reading the whole table.
constexpr const char* kLockStanding =
    "SELECT s.id, r.id FROM (SELECT id, start_datetime, identity FROM report_staging ORDER BY start_datetime, "
    "identity) s "
    "CROSS JOIN LATERAL (SELECT id FROM report WHERE start_datetime = s.start_datetime AND identity = s.identity"
    " AND id <> s.id LIMIT 1 FOR UPDATE) r";

// A statement of its own: one that had to wait for a lock still sees other tables as they were before.
constexpr const char* kReadStanding =
    "SELECT r.id, message_key, r.authentic, extract(epoch FROM r.received_at)::bigint AS received, content_digest,"
    " from_domain FROM report r JOIN message m ON m.id = message_key WHERE r.id = ANY ($1::bigint[])";

constexpr const char* kUpdate =
    "UPDATE report r SET content_digest = s.content_digest, organization_name = s.organization_name,"
    " report_id = s.report_id, report_domain = s.report_domain, end_datetime = s.end_datetime,"
    " contact_info = s.contact_info, submitter_domain = s.submitter_domain, filename = s.filename,"
    " authentic = s.authentic, message_key = s.message_key, received_at = s.received_at, raw = s.raw,"
    " updated_at = now() FROM report_staging s WHERE r.id = s.id";

// What stands under an identity: as stored, or one of the incoming ones.
struct Standing {
  std::int64_t id = 0;
  std::int64_t message_key = 0;
  Claim claim;
  std::optional<std::size_t> item;  // which incoming one; none: as stored before
};

// By what incoming reports are told apart, then in the order in which they came: copies that lie together, as the
// reports themselves are all over the memory.
struct Key {
  parser::Time start_datetime;
  parser::Digest identity;
  std::size_t item;
  std::size_t pair;
};

// The incoming reports of one identity, in their order.
struct Group {
  std::span<const Key> items;
  Standing standing;
  bool is_inserted = true;  // else it met a report that stands
};

Claim claim_of(const IncomingReport& incoming) {
  return {.authentic = incoming.message->authentic,
          .received_at = incoming.message->received_at,
          .content = incoming.report->content,
          .from_domain = incoming.message->from_domain,
          .operators_own = incoming.message->operators_own};
}

std::string describe(const Standing& standing) {
  return fmt::format("report {} stands, {}{}, received {}", standing.id,
                     standing.claim.authentic == Authentic::kPass ? "authentic" : "of unknown authenticity",
                     standing.claim.from_domain ? ", from " + *standing.claim.from_domain : "",
                     standing.claim.received_at ? parser::format_time(*standing.claim.received_at) : "by import");
}

class Upsert {
 public:
  Upsert(pqxx::transaction_base& transaction, std::span<const IncomingReport> incoming)
      : transaction_(transaction), incoming_(incoming), results_(incoming.size()) {}

  std::vector<UpsertResult> run() {
    group();
    const std::size_t inserted = insert();
    if (inserted < groups_.size()) meet_standing(groups_.size() - inserted);
    write_changed();
    return std::move(results_);
  }

 private:
  // Repeats are folded here, as if the first had been stored.
  void group() {
    keys_.reserve(incoming_.size());
    for (std::size_t item = 0; item < incoming_.size(); ++item) {
      const RenderedReport& report = *incoming_[item].report;
      keys_.push_back({report.start_datetime, report.identity, item, report.pair});
    }
    std::ranges::sort(keys_, {}, [](const Key& key) { return std::tie(key.start_datetime, key.identity, key.item); });
    groups_.reserve(keys_.size());
    for (auto first = keys_.begin(); first != keys_.end();) {
      const auto last = std::find_if(first, keys_.end(), [&](const Key& key) {
        return std::tie(key.start_datetime, key.identity) != std::tie(first->start_datetime, first->identity);
      });
      groups_.emplace_back().items = {first, last};
      first = last;
    }
    sort_by_pair();
    const std::vector<std::int64_t> ids = draw_ids(transaction_, "report", groups_.size());
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      Group& group = groups_[i];
      const std::size_t first = group.items.front().item;
      group.standing = {ids[i], incoming_[first].message_key, claim_of(incoming_[first]), first};
      for (const Key& key : group.items.subspan(1)) take(key.item, group.standing);
    }
  }

  // One report meets what stands under its identity.
  void take(std::size_t item, Standing& standing) {
    const IncomingReport& incoming = incoming_[item];
    const Claim claim = claim_of(incoming);
    const Decision decision = decide(standing.claim, claim);
    UpsertResult& result = results_[item];
    result = {.is_own = standing.message_key == incoming.message_key};
    switch (decision) {
      case Decision::kConflict:
        result.what = What::kConflict;
        result.standing = describe(standing);
        return;
      case Decision::kKeep:
        result.what = What::kDuplicate;
        return;
      case Decision::kKeepContent:
        result.what = What::kDuplicate;
        break;
      case Decision::kReplace:
        result.what = What::kUpdated;
        break;
    }
    standing = {standing.id, incoming.message_key, claim, item};
  }

  // What hangs on reports is stored in this order. An index by pair has a page for each pair: rows of one pair at a
  // time find theirs in the processor's cache, however much is stored. Ids ascend with it, so that indexes by them grow
  // at their end.
  void sort_by_pair() {
    std::ranges::stable_sort(groups_, {}, [](const Group& group) { return group.items.front().pair; });
  }

  ReportRow row_of(const Standing& standing) const {
    const IncomingReport& incoming = incoming_[*standing.item];
    return {standing.id, incoming.message_key, incoming.message, incoming.report};
  }

  // How many there were none of.
  std::size_t insert() {
    std::vector<ReportRow> rows;
    rows.reserve(groups_.size());
    for (const Group& group : groups_) rows.push_back(row_of(group.standing));
    copy_reports(transaction_, kStaging, rows);
    return static_cast<std::size_t>(transaction_.exec(fmt::format(kInsert, report_columns())).affected_rows());
  }

  // The reports whose identity was there already, so many, are decided again, from what is stored.
  void meet_standing(std::size_t count) {
    std::unordered_map<std::int64_t, std::int64_t> met;  // staged id → the id that stands
    std::vector<std::int64_t> ids;
    for (const auto& row : transaction_.exec(kLockStanding)) {
      ids.push_back(row[1].as<std::int64_t>());
      met.emplace(row[0].as<std::int64_t>(), ids.back());
    }
    if (met.size() != count) throw Error{Error::Kind::kUnavailable, "a report was deleted while another met it"};
    std::unordered_map<std::int64_t, Standing> stored;
    for (const auto& row : transaction_.exec_params(kReadStanding, array_text(ids))) {
      stored.emplace(row["id"].as<std::int64_t>(), read_standing(row));
    }
    for (Group& group : groups_) {
      const auto found = met.find(group.standing.id);
      if (found == met.end()) continue;
      group.is_inserted = false;
      group.standing = stored.at(found->second);
      for (const Key& key : group.items) take(key.item, group.standing);
    }
  }

  static Standing read_standing(const pqxx::row& row) {
    Standing standing{row["id"].as<std::int64_t>(), row["message_key"].as<std::int64_t>(), {}, std::nullopt};
    if (row["authentic"].as<std::string>() == to_string(Authentic::kPass)) standing.claim.authentic = Authentic::kPass;
    if (!row["received"].is_null()) {
      standing.claim.received_at = parser::Time{std::chrono::seconds{row["received"].as<std::int64_t>()}};
    }
    standing.claim.content = digest_from_bytea(row["content_digest"].c_str());
    if (!row["from_domain"].is_null()) standing.claim.from_domain = row["from_domain"].as<std::string>();
    return standing;
  }

  void write_changed() {
    std::vector<ReportRow> inserted;
    std::vector<ReportRow> updated;
    for (const Group& group : groups_) {
      if (!group.standing.item) continue;
      (group.is_inserted ? inserted : updated).push_back(row_of(group.standing));
    }
    if (!updated.empty()) {
      lock_pairs(transaction_, inserted, updated);  // before their totals go
      transaction_.exec("DELETE FROM report_staging");
      copy_reports(transaction_, kStaging, updated);
      transaction_.exec(kUpdate);
      // Filled gaps belong to the envelope, so a report's parts may differ even where its content does not.
      delete_children(transaction_, updated);
    }
    inserted.insert(inserted.end(), updated.begin(), updated.end());
    copy_children(transaction_, inserted);
  }

  pqxx::transaction_base& transaction_;
  std::span<const IncomingReport> incoming_;
  std::vector<UpsertResult> results_;
  std::vector<Key> keys_;      // ascending
  std::vector<Group> groups_;  // of them; by pair, then in their order
};

}  // namespace

void prepare_upsert(const Connection& connection) {
  if (connection.state().has_staging) return;
  in_statement(connection, [](auto& transaction) { transaction.exec(kMakeStaging); });
  connection.state().has_staging = true;
}

std::vector<UpsertResult> upsert_reports(pqxx::transaction_base& transaction,
                                         std::span<const IncomingReport> incoming) {
  if (incoming.empty()) return {};
  return Upsert{transaction, incoming}.run();
}

}  // namespace tlsrpt::db
