#pragma once

namespace tlsrpt::imap {

// Servers send a TLS record for each message, and OpenSSL reads a record's header and its content by two system calls:
// from now on it takes as much as there is. `handle`, of libcurl's easy interface, has sent or received already: until
// then it does not know its connection. Not before the login: libcurl waits for the socket even where OpenSSL has
// bytes. Does nothing where libcurl uses another library, or no TLS.
void read_ahead(void* handle) noexcept;

}  // namespace tlsrpt::imap
