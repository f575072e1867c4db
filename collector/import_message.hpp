#pragma once

#include <string>
#include <string_view>

#include "collector/config.hpp"
#include "collector/ingest.hpp"
#include "db/store.hpp"

namespace tlsrpt::collector {

// A file or mail from disk → what is stored of it. Bare reports are the operator's own act and exempt from
// authentication; mail is not. Domains: whatever any configured mailbox accepts; everything, where one accepts all.
class ImportReader {
 public:
  explicit ImportReader(const Config& config);

  [[nodiscard]] db::NewMessage read_mail(std::string bytes, std::string source);
  [[nodiscard]] db::NewMessage read_file(std::string bytes, std::string source, const std::string& filename);

  // What `import` had quarantined: mail or bare report, as it was read then.
  [[nodiscard]] db::NewMessage read_again(const std::string& bytes, const std::string& source);

 private:
  db::NewMessage finish(ReadMessage read, std::string bytes, std::string source, bool is_mail);

  Ingester ingester_;
  Acceptance acceptance_;
};

}  // namespace tlsrpt::collector
