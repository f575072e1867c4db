#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "parser/reader.hpp"

struct evp_md_ctx_st;
struct evp_md_st;

namespace tlsrpt::parser {

// SHA-256 over a report's values, each encoded with its length or its presence, so that no two reports share an
// encoding. The JSON's white space and the order of its keys do not matter.
class Digester {
 public:
  Digester();
  ~Digester();
  Digester(const Digester&) = delete;
  Digester& operator=(const Digester&) = delete;

  // Organization name (case-folded), report-id, period, sorted set of policy domains.
  [[nodiscard]] Digest identity(const Report& report);
  // Everything.
  [[nodiscard]] Digest content(const Report& report);

 private:
  void begin();
  void add(std::int64_t number);
  void add(Time time) { add(time.time_since_epoch().count()); }
  void add(std::string_view text);
  void add(const std::optional<std::string>& text);
  void add(const std::vector<std::string>& texts);
  void add(const Policy& policy);
  void add(const FailureDetail& detail);
  void flush();
  [[nodiscard]] Digest finish();

  struct ContextDeleter {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  struct AlgorithmDeleter {
    void operator()(evp_md_st* algorithm) const noexcept;
  };

  std::unique_ptr<evp_md_st, AlgorithmDeleter> algorithm_;
  std::unique_ptr<evp_md_ctx_st, ContextDeleter> context_;
  std::string pending_;  // not yet given to OpenSSL, whose calls cost more than the bytes
};

}  // namespace tlsrpt::parser
