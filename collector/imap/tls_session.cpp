#include "collector/imap/tls_session.hpp"

#include <cstddef>
#include <string_view>

#include <curl/curl.h>
#include <openssl/ssl.h>

namespace tlsrpt::imap {

namespace {

constexpr std::size_t kReadAhead = 64u << 10;  // about four full records

// LibreSSL and others call themselves OpenSSL where libcurl is asked for its backend; they are not this one.
bool is_same_openssl() noexcept {
  constexpr std::string_view kName = "OpenSSL/";
  constexpr std::string_view kVersion = OPENSSL_VERSION_STR;
  const char* const text = curl_version_info(CURLVERSION_NOW)->ssl_version;
  std::string_view theirs = text != nullptr ? text : "";
  if (!theirs.starts_with(kName)) return false;
  theirs.remove_prefix(kName.size());
  return theirs.starts_with(kVersion.substr(0, kVersion.find('.') + 1));
}

}  // namespace

void TlsSession::find(void* handle) noexcept {
  curl_tlssessioninfo* info = nullptr;
  const CURLcode code = curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &info);
  if (code != CURLE_OK || info == nullptr || info->backend != CURLSSLBACKEND_OPENSSL) return;
  session_ = static_cast<SSL*>(info->internals);
}

void TlsSession::read_ahead() noexcept {
  if (session_ == nullptr || !is_same_openssl()) return;
  SSL_set_read_ahead(session_, 1);
  // libcurl has OpenSSL release its buffer when that is empty, as it is now: the next one has the size, and stays.
  // OpenSSL 3.2 and later keep the one they have, a quarter of that.
  SSL_set_default_read_buffer_len(session_, kReadAhead);
  SSL_clear_mode(session_, SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace tlsrpt::imap
