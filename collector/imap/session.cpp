#include "collector/imap/session.hpp"

#include "collector/imap/change.hpp"
#include "collector/imap/client.hpp"
#include "collector/imap/fetcher.hpp"
#include "collector/imap/folder.hpp"
#include "collector/imap/search.hpp"

namespace tlsrpt::imap {

struct Session::State {
  Client client;
};

Session::Session(const Account& account) : state_(new State{Client(account)}) {}

Session::~Session() = default;

const std::string& Session::login_summary() const noexcept {
  return state_->client.login_summary();
}

bool Session::has_capability(std::string_view name) {
  return state_->client.has_capability(name);
}

Folder Session::examine(std::string_view folder) {
  return open_folder(state_->client, "EXAMINE", folder);
}

Folder Session::select(std::string_view folder) {
  return open_folder(state_->client, "SELECT", folder);
}

SearchResult Session::search(const SearchRange& range) {
  return search_range(state_->client, range);
}

void Session::fetch(std::span<const Uid> uids, const FetchOptions& options,
                    const std::function<bool(std::vector<FetchedMessage>)>& sink) {
  Fetcher(state_->client, uids, options, sink).run();
}

void Session::flag_seen(std::span<const Uid> uids) {
  imap::flag_seen(state_->client, uids);
}

bool Session::remove(std::span<const Uid> uids) {
  return imap::remove(state_->client, uids);
}

bool Session::move(std::span<const Uid> uids, std::string_view folder) {
  return imap::move(state_->client, uids, folder);
}

void Session::logout() noexcept {
  state_->client.logout();
}

}  // namespace tlsrpt::imap
