#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "parser/reader.hpp"

struct evp_md_ctx_st;
struct evp_md_st;

namespace tlsrpt::parser {

// SHA-256 over values of a report, each encoded with its length or its presence, so that no two reports share an
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
  // Policies of one series follow one another in time: of one recipient domain, as one organization saw them. Among
  // DANE's, those of each MX that is named.
  [[nodiscard]] Digest policy_series(const Policy& policy, std::string_view recipient_domain,
                                     const std::optional<std::string>& organization_name);
  // What a policy says: its lines or records, whose order means nothing (RFC 8461 §3.2, and DNS rotates records).
  [[nodiscard]] Digest policy_version(const Policy& policy);

 private:
  void begin();
  void add(std::int64_t number);
  void add(Time time) { add(time.time_since_epoch().count()); }
  void add(std::string_view text);
  void add(const std::optional<std::string>& text);
  void add(const std::vector<std::string>& texts);
  void add_set(std::vector<std::string_view> texts);  // whatever their order and however often each
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
  bool flushed_ = false;
};

}  // namespace tlsrpt::parser
