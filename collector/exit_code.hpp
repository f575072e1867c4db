#pragma once

// sysexits.h, as documented in the README.
namespace tlsrpt::collector {

enum class ExitCode : int {
  kOk = 0,
  kUsage = 64,
  kBadInput = 65,
  kNoInput = 66,
  kUnavailable = 69,  // TLS or certificate failure; the server breaks the protocol
  kBug = 70,
  kCannotWrite = 74,
  kTryLater = 75,
  kLoginRefused = 77,
  kConfiguration = 78,
};

// Several mailboxes: the first of 70, 78, 77, 69, 75 that occurred.
[[nodiscard]] ExitCode worse(ExitCode a, ExitCode b) noexcept;

}  // namespace tlsrpt::collector
