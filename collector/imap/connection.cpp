#include "collector/imap/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

#include "collector/imap/login_error.hpp"
#include "collector/imap/login_transcript.hpp"
#include "collector/imap/server.hpp"
#include "collector/imap/tls_session.hpp"

namespace tlsrpt::imap {

namespace {

using Kind = Error::Kind;
using std::chrono::milliseconds;

constexpr std::size_t kBufferSize = 128u << 10;
constexpr std::size_t kMostCapabilities = 2000;  // in a log, bytes

// Servers send a record for each message: woken by each, a fetch would wait as often. What comes in a millisecond and
// has no room in the socket waits at the server.
constexpr std::uint64_t kMany = 64u << 10;
constexpr milliseconds kGather{1};

CURL* new_handle() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, whichever thread is first
  CURL* const handle = initialised == CURLE_OK ? curl_easy_init() : nullptr;
  if (handle == nullptr) throw std::runtime_error("libcurl does not start");
  return handle;
}

template <typename Value>
void set_option(CURL* handle, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code != CURLE_OK)
    throw std::runtime_error(fmt::format("libcurl: option {}: {}", +option, curl_easy_strerror(code)));
}

long whole_seconds(milliseconds time) {
  return static_cast<long>(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(time).count()));
}

struct Login {
  CURL* handle;
  LoginTranscript transcript;
  TlsSession tls;
};

extern "C" std::size_t take_login_line(char* data, std::size_t size, std::size_t count, void* userdata) noexcept {
  try {
    auto& login = *static_cast<Login*>(userdata);
    login.tls.find(login.handle);
    const bool is_imap = login.transcript.add({data, size * count});
    return is_imap ? size * count : 0;
  } catch (...) {
    return 0;
  }
}

void set_tls_options(CURL* handle, const Account& account) {
  set_option(handle, CURLOPT_USE_SSL, static_cast<long>(account.plaintext ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  set_option(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set_option(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set_option(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (account.ca_file) {
    set_option(handle, CURLOPT_CAINFO, account.ca_file->c_str());
    set_option(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // these authorities and no other
  }
}

void set_time_options(CURL* handle, const Account& account) {
  set_option(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(account.connect_timeout.count()));
  set_option(handle, CURLOPT_TIMEOUT_MS,
             static_cast<long>((account.connect_timeout + account.command_timeout).count()));
  set_option(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, whole_seconds(account.command_timeout));
  set_option(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  set_option(handle, CURLOPT_NOSIGNAL, 1L);
}

Server checked_server(const Account& account) {
  if (auto server = parse_server(account.server)) return *std::move(server);
  throw Error(Kind::kUnreachable, fmt::format("{}: expected imaps://host[:port] or imap://host[:port]",
                                              ErrorText("", account).quoted(account.server)));
}

// libcurl's LOGIN would send them as they are, and what follows as a command of its own.
void check_credentials(const Account& account, const ErrorText& errors) {
  constexpr std::string_view kUnsendable{"\r\n\0", 3};
  for (const std::string& text : {account.username, account.password.reveal()}) {
    if (text.find_first_of(kUnsendable) != std::string::npos) {
      throw errors.error(Kind::kLoginRefused, "username or password has a line break or a NUL in it");
    }
  }
}

// libcurl tries one way alone, and Kerberos or NTLM before any that sends a password. Both need more than that, and
// fail where they are offered to others (Exchange; Dovecot and Cyrus with Kerberos).
bool may_try_a_password(CURLcode code, std::string_view username, const LoginTranscript& transcript) {
  const auto offers = [&](std::string_view mechanism) {
    const auto& offered = transcript.offered();
    return std::find(offered.begin(), offered.end(), mechanism) != offered.end();
  };
  const auto delimiter = username.find_first_of("@/\\", 1);  // Kerberos is tried for a name with a realm
  const bool tries_kerberos = offers("AUTH=GSSAPI") && delimiter < username.size() - 1;
  const bool prefers_hash = offers("AUTH=CRAM-MD5") || offers("AUTH=DIGEST-MD5");  // to NTLM
  return (code == CURLE_LOGIN_DENIED || code == CURLE_AUTH_ERROR) &&
         (tries_kerberos || (offers("AUTH=NTLM") && !prefers_hash)) &&
         (prefers_hash || offers("AUTH=PLAIN") || offers("AUTH=LOGIN"));
}

}  // namespace

void Connection::CloseHandle::operator()(void* handle) const noexcept {
  curl_easy_cleanup(handle);
}

Connection::Connection(const Account& account)
    : errors_(checked_server(account).name(), account), handle_(new_handle()), buffer_(kBufferSize) {
  check_credentials(account, errors_);
  log_in(account, checked_server(account).url());
}

void Connection::log_in(const Account& account, const std::string& url, const char* login_options) {
  std::array<char, CURL_ERROR_SIZE> text{};
  CURL* const handle = handle_.get();
  Login login{.handle = handle, .transcript = {}, .tls = {}};
  set_option(handle, CURLOPT_CONNECT_ONLY, 1L);
  set_option(handle, CURLOPT_URL, url.c_str());
  set_option(handle, CURLOPT_PROTOCOLS_STR, "imap,imaps");
  set_option(handle, CURLOPT_PROXY, "");  // whatever the environment says
  set_option(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set_option(handle, CURLOPT_USERNAME, account.username.c_str());
  set_option(handle, CURLOPT_PASSWORD, account.password.reveal().c_str());
  set_option(handle, CURLOPT_LOGIN_OPTIONS, login_options);
  set_option(handle, CURLOPT_BUFFERSIZE, static_cast<long>(kBufferSize));  // bounds what curl_easy_recv gives at once
  set_option(handle, CURLOPT_ERRORBUFFER, text.data());
  set_option(handle, CURLOPT_HEADERFUNCTION, take_login_line);
  set_option(handle, CURLOPT_HEADERDATA, &login);
  set_tls_options(handle, account);
  set_time_options(handle, account);

  const CURLcode code = curl_easy_perform(handle);
  set_option(handle, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));  // these two live no longer than this function
  set_option(handle, CURLOPT_HEADERDATA, static_cast<void*>(nullptr));
  if (code != CURLE_OK) {
    if (login_options == nullptr && may_try_a_password(code, account.username, login.transcript)) {
      handle_.reset(new_handle());
      return log_in(account, url, "AUTH=CRAM-MD5;AUTH=DIGEST-MD5;AUTH=PLAIN;AUTH=LOGIN");
    }
    LoginFailure failure{.code = code, .text = text.data(), .implicit_tls = url.starts_with("imaps:")};
    if (failure.text.empty()) failure.text = curl_easy_strerror(code);
    curl_easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
    curl_off_t connect_time = 0;
    curl_easy_getinfo(handle, CURLINFO_CONNECT_TIME_T, &connect_time);
    failure.connected = connect_time > 0;
    throw login_error(failure, login.transcript, errors_);
  }
  capabilities_ = login.transcript.capabilities();
  summary_ = fmt::format(
      "{}, {}, greeting {}, capabilities {}", checked_server(account).name(),
      login.tls.version().value_or(account.plaintext ? "no TLS" : "TLS"), errors_.quoted(login.transcript.greeting()),
      capabilities_ ? errors_.safe(fmt::format("{}", fmt::join(*capabilities_, " ")), kMostCapabilities) : "not told");
  login.tls.read_ahead();
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket);
  socket_ = socket;
}

void Connection::send(std::string_view bytes) {
  unsent_ += bytes;
  flush();
}

void Connection::flush() {
  while (sent_ < sending_.size() || !unsent_.empty()) {
    if (sent_ == sending_.size()) {
      sending_.clear();
      sending_.swap(unsent_);
      sent_ = 0;
    }
    std::size_t count = 0;
    const CURLcode code = curl_easy_send(handle_.get(), sending_.data() + sent_, sending_.size() - sent_, &count);
    if (code == CURLE_AGAIN) return;
    if (code != CURLE_OK) {
      throw errors_.error(Kind::kUnreachable, fmt::format("connection lost: {}", curl_easy_strerror(code)));
    }
    sent_ += count;
  }
}

std::string_view Connection::receive(StallClock& clock) {
  while (!clock.is_up()) {
    flush();
    // TLS holds bytes back that poll() does not see: only when it has none is the socket worth waiting for.
    if (const auto bytes = try_receive()) {
      clock.received(bytes->size());
      return *bytes;
    }
    wait(clock);
  }
  return {};
}

// None where nothing is there yet.
std::optional<std::string_view> Connection::try_receive() {
  std::size_t count = 0;
  const CURLcode code = curl_easy_recv(handle_.get(), buffer_.data(), buffer_.size(), &count);
  if (code == CURLE_AGAIN) return std::nullopt;
  if (code != CURLE_OK) {
    throw errors_.error(Kind::kUnreachable, fmt::format("connection lost: {}", curl_easy_strerror(code)));
  }
  if (count == 0) throw errors_.error(Kind::kUnreachable, "the server closed the connection");
  return std::string_view(buffer_.data(), count);
}

void Connection::wait(StallClock& clock) {
  const bool wants_to_send = sent_ < sending_.size();
  pollfd socket{.fd = socket_, .events = static_cast<short>(wants_to_send ? POLLIN | POLLOUT : POLLIN), .revents = 0};
  const auto left = std::chrono::ceil<milliseconds>(clock.left());
  const auto start = std::chrono::steady_clock::now();
  if (expected_ >= kMany && !wants_to_send) std::this_thread::sleep_for(kGather);
  const int ready = poll(&socket, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30)));
  const int error = errno;
  clock.waited(std::chrono::steady_clock::now() - start);
  if (ready < 0 && error != EINTR) throw std::system_error(error, std::generic_category(), "poll");
}

}  // namespace tlsrpt::imap
