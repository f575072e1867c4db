#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collector/error.hpp"
#include "collector/ingest.hpp"
#include "collector/input/bounded_bytes.hpp"
#include "mime/message.hpp"
#include "parser/limits.hpp"

// The PATH… arguments of `parse` and `import`: reports on disk, one at a time.
namespace tlsrpt::collector {

// A message, or a loose report.
struct Input {
  enum class Kind { kMail, kFile };
  std::string path;                    // as given or found; "-" is standard input
  std::optional<std::size_t> message;  // its number in an mbox, from 1
  Kind kind = Kind::kFile;
  std::string bytes;  // of what is longer than its limit, just enough for read_input() to reject it
  std::optional<parser::Digest> sha256_of_all;  // then; else `bytes` is all
};

// SHA-256 of all of it.
[[nodiscard]] parser::Digest digest_of(const Input& input);

// Where something comes from: "FILE", "FILE#2.1" for a part of a mail, "FILE#3/2.1" for one in an mbox, "FILE#k" for
// the k-th report of a file. `attachment` as in ReadReport and db::NewQuarantine.
[[nodiscard]] std::string source_of(const Input& input, std::string_view attachment = {});

// Every input that `paths` mean, in order: a file, a directory (its files, and those below it), a Maildir, an mbox,
// "-". Files are taken for what their first bytes say; what is none of the known kinds counts as a loose report. What
// is missing or cannot be read goes to `unreadable`, and the others are still handed out. What `take` throws ends the
// walk.
void for_each_input(std::span<const std::string> paths, const mime::Limits& mime_limits,
                    const parser::Limits& parser_limits, const std::function<void(Input)>& take,
                    const std::function<void(const InputError&)>& unreadable);

[[nodiscard]] ReadMessage read_input(Ingester& ingester, const Input& input);

}  // namespace tlsrpt::collector
