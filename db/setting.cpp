#include "db/setting.hpp"

#include <algorithm>
#include <iterator>

#include "db/text.hpp"
#include "db/transaction.hpp"

namespace tlsrpt::db {
namespace {

constexpr const char* kKeep =
    "UPDATE setting SET poll_every = make_interval(secs => $1) WHERE poll_every <> make_interval(secs => $1)";

constexpr const char* kRetire =
    "UPDATE mailbox SET retired_at = now() WHERE retired_at IS NULL AND name <> ALL ($1::text[]) RETURNING name";
constexpr const char* kUseAgain =
    "UPDATE mailbox SET retired_at = NULL WHERE retired_at IS NOT NULL AND name = ANY ($1::text[])";

std::vector<std::string> storable(const std::vector<std::string>& names) {
  std::vector<std::string> storable;
  std::ranges::transform(names, std::back_inserter(storable), storable_text);
  return storable;
}

}  // namespace

std::vector<std::string> keep_setting(const Connection& connection, const Setting& setting) {
  return in_statement(connection, [&](auto& transaction) {
    transaction.exec_params(kKeep, setting.poll_every.count());
    std::vector<std::string> retired;
    if (setting.mailboxes.empty()) return retired;
    const std::string names = array_text(storable(setting.mailboxes));
    transaction.exec_params(kUseAgain, names);
    for (const auto& row : transaction.exec_params(kRetire, names))
      retired.push_back(row[0].template as<std::string>());
    return retired;
  });
}

}  // namespace tlsrpt::db
