#include "collector/reaction.hpp"

#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "collector/error.hpp"
#include "collector/escape.hpp"
#include "collector/imap/error.hpp"
#include "db/error.hpp"

namespace tlsrpt::collector {

namespace {

struct Decision {
  Reaction reaction = Reaction::kBug;
  ExitCode exit_code = ExitCode::kBug;
};

Decision decide(imap::Error::Kind kind) noexcept {
  using Kind = imap::Error::Kind;
  switch (kind) {
    case Kind::kUnreachable:
      return {Reaction::kTryLater, ExitCode::kTryLater};
    case Kind::kTls:
    case Kind::kProtocol:
      return {Reaction::kStop, ExitCode::kUnavailable};
    case Kind::kLoginRefused:
      return {Reaction::kStop, ExitCode::kLoginRefused};
    case Kind::kFolderMissing:
      return {Reaction::kStop, ExitCode::kConfiguration};
  }
  return {};
}

Decision decide(db::Error::Kind kind) noexcept {
  using Kind = db::Error::Kind;
  switch (kind) {
    case Kind::kUnavailable:
    case Kind::kOvertaken:
      return {Reaction::kTryLater, ExitCode::kTryLater};
    case Kind::kTls:
      return {Reaction::kStop, ExitCode::kUnavailable};
    case Kind::kMisconfigured:
    case Kind::kNewer:
    case Kind::kSchemaMissing:
      return {Reaction::kStop, ExitCode::kConfiguration};
    case Kind::kRefusedData:
    case Kind::kBug:
      break;
  }
  return {};
}

// Out of memory, descriptors, processes or space: that passes.
bool lacks_resources(const std::error_code& code) noexcept {
  return code == std::errc::not_enough_memory || code == std::errc::resource_unavailable_try_again ||
         code == std::errc::too_many_files_open || code == std::errc::too_many_files_open_in_system ||
         code == std::errc::no_space_on_device;
}

// What this exception says by itself, whatever is nested in it; none where its type says nothing.
std::optional<Decision> decide(const std::exception& error) noexcept {
  if (const auto* of_imap = dynamic_cast<const imap::Error*>(&error)) return decide(of_imap->kind());
  if (const auto* of_db = dynamic_cast<const db::Error*>(&error)) return decide(of_db->kind());
  if (dynamic_cast<const ConfigError*>(&error)) return Decision{Reaction::kStop, ExitCode::kConfiguration};
  if (dynamic_cast<const UsageError*>(&error)) return Decision{Reaction::kStop, ExitCode::kUsage};
  if (dynamic_cast<const InputError*>(&error)) return Decision{Reaction::kStop, ExitCode::kNoInput};
  if (dynamic_cast<const OutputError*>(&error)) return Decision{Reaction::kStop, ExitCode::kCannotWrite};
  if (dynamic_cast<const std::bad_alloc*>(&error)) return Decision{Reaction::kTryLater, ExitCode::kTryLater};
  if (const auto* of_system = dynamic_cast<const std::system_error*>(&error)) {
    if (lacks_resources(of_system->code())) return Decision{Reaction::kTryLater, ExitCode::kTryLater};
  }
  return std::nullopt;
}

}  // namespace

Judgement react(const std::exception_ptr& error) {
  Judgement judgement;
  std::optional<Decision> decision;
  std::exception_ptr next = error;
  while (next) {
    try {
      std::rethrow_exception(std::exchange(next, nullptr));
    } catch (const std::exception& e) {
      if (!judgement.text.empty()) judgement.text += ": ";
      judgement.text += dynamic_cast<const ConfigFileError*>(&e) ? e.what() : printable(e.what(), std::string::npos);
      if (!decision) decision = decide(e);
      if (const auto* outer = dynamic_cast<const std::nested_exception*>(&e)) next = outer->nested_ptr();
    } catch (...) {
      judgement.text += judgement.text.empty() ? "unknown exception" : ": unknown exception";
    }
  }
  judgement.reaction = decision.value_or(Decision{}).reaction;
  judgement.exit_code = decision.value_or(Decision{}).exit_code;
  if (judgement.reaction == Reaction::kBug) judgement.text += " (this is a bug in tlsrpt-collector: please report it)";
  return judgement;
}

}  // namespace tlsrpt::collector
