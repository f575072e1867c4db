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

std::optional<std::string> TlsSession::version() const {
  if (session_ == nullptr || !is_same_openssl()) return std::nullopt;
  return SSL_get_version(session_);
}

void TlsSession::read_ahead() noexcept {
  if (session_ == nullptr || !is_same_openssl()) return;
  // OpenSSL's own reading ahead, which newer versions of libcurl ask for, moves all that it has read for each record.
  SSL_set_read_ahead(session_, 0);
  SSL_clear_mode(session_, SSL_MODE_RELEASE_BUFFERS);  // libcurl sets it: memory would come and go with each record
  BIO* const buffer = BIO_new(BIO_f_buffer());
  if (buffer == nullptr) return;
  if (BIO_set_read_buffer_size(buffer, kReadAhead) != 1) {
    BIO_free(buffer);
    return;
  }
  BIO* const socket = SSL_get_rbio(session_);
  BIO_up_ref(socket);
  SSL_set0_rbio(session_, BIO_push(buffer, socket));
}

}  // namespace tlsrpt::imap
