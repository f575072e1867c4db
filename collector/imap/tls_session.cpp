#include "collector/imap/tls_session.hpp"

#include <cstddef>

#include <curl/curl.h>
#include <openssl/ssl.h>

namespace tlsrpt::imap {

namespace {

constexpr std::size_t kReadAhead = 64u << 10;  // four records as large as they may be

}  // namespace

void TlsSession::find(void* handle) noexcept {
  curl_tlssessioninfo* info = nullptr;
  const CURLcode code = curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &info);
  if (code != CURLE_OK || info == nullptr || info->backend != CURLSSLBACKEND_OPENSSL) return;
  session_ = static_cast<SSL*>(info->internals);
}

void TlsSession::read_ahead() noexcept {
  if (session_ == nullptr) return;
  SSL_set_read_ahead(session_, 1);
  SSL_set_default_read_buffer_len(session_, kReadAhead);
  SSL_clear_mode(session_, SSL_MODE_RELEASE_BUFFERS);  // else a buffer is made for each record
}

}  // namespace tlsrpt::imap
