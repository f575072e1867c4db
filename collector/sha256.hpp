#pragma once

#include <memory>
#include <string_view>

#include "parser/reader.hpp"

struct evp_md_ctx_st;

namespace tlsrpt::collector {

// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  [[nodiscard]] parser::Digest finish();

 private:
  struct ContextDeleter {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, ContextDeleter> context_;
};

[[nodiscard]] parser::Digest sha256(std::string_view bytes);

}  // namespace tlsrpt::collector
