#include "db/connection_options.hpp"

#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>

#include <libpq-fe.h>

#include "db/error.hpp"

namespace tlsrpt::db {
namespace {

using Options = std::map<std::string, std::string>;

// A network that dies is noticed within a minute or so: libpqxx has no read deadline of its own.
constexpr std::pair<const char*, const char*> kDefaults[] = {
    {"application_name", "tlsrpt-collector"},
    {"connect_timeout", "10"},      // seconds
    {"keepalives_idle", "30"},      // seconds
    {"keepalives_interval", "10"},  // seconds
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "30000"},  // milliseconds
};

// Whatever role or database have set, a session of ours is like any other. Timeouts are milliseconds.
constexpr std::string_view kSession =
    " -c search_path=tlsrpt,pg_temp -c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex"
    " -c standard_conforming_strings=on -c client_min_messages=warning"
    " -c statement_timeout=60000 -c lock_timeout=30000 -c idle_in_transaction_session_timeout=60000";

[[noreturn]] void refuse(const std::string& why) {
  throw Error{Error::Kind::kMisconfigured, "database: " + why + " (the connection string itself is not shown)"};
}

Options parse(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed{PQconninfoParse(url.c_str(), nullptr),
                                                                              PQconninfoFree};
  if (!parsed) refuse("the connection string is neither a postgresql:// URI nor a list of keyword=value");
  Options options;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) options[option->keyword] = option->val;
  }
  return options;
}

// An '@' or '/' in a URI's password that is not percent-encoded leaves a piece of it in what libpq takes for host, port
// or database, and quotes in its errors.
void check_for_split_password(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (!url.starts_with("postgres") || scheme == std::string_view::npos) return;
  const std::string_view place = url.substr(scheme + 3, url.find('?') - (scheme + 3));
  const std::size_t at = place.find('@');
  if (at == place.rfind('@') && (at == std::string_view::npos || at < place.find('/'))) return;
  refuse("within the URI's user name, password or database, '@' must be written as %40 and '/' as %2F");
}

// libpq, "Keyword/Value Connection Strings".
std::string to_keywords(const Options& options) {
  std::string text;
  for (const auto& [keyword, value] : options) {
    text += keyword + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += "' ";
  }
  return text;
}

}  // namespace

std::string connection_options(const std::string& url) {
  check_for_split_password(url);
  Options options = parse(url);
  for (const auto& [keyword, value] : kDefaults) options.try_emplace(keyword, value);
  options["client_encoding"] = "UTF8";
  // A given keyword hides the variable, and both may hold settings of the user's.
  const char* environment = std::getenv("PGOPTIONS");
  options.try_emplace("options", environment == nullptr ? "" : environment).first->second += kSession;
  return to_keywords(options);
}

}  // namespace tlsrpt::db
