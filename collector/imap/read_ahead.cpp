#include "collector/imap/read_ahead.hpp"

#include <curl/curl.h>
#include <openssl/ssl.h>

namespace tlsrpt::imap {

void read_ahead(void* handle) noexcept {
  curl_tlssessioninfo* session = nullptr;
  if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == nullptr) return;
  if (session->backend != CURLSSLBACKEND_OPENSSL || session->internals == nullptr) return;
  SSL_set_read_ahead(static_cast<SSL*>(session->internals), 1);
}

}  // namespace tlsrpt::imap
