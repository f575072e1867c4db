#include "collector/sha256.hpp"

#include <stdexcept>

#include <openssl/evp.h>

namespace tlsrpt::collector {

namespace {

void check(int openssl_result) {
  if (openssl_result != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

}  // namespace

void Sha256::ContextDeleter::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  check(context_ ? 1 : 0);
  check(EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr));
}

void Sha256::add(std::string_view bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

parser::Digest Sha256::finish() {
  parser::Digest digest{};
  check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  return digest;
}

parser::Digest sha256(std::string_view bytes) {
  Sha256 sha256;
  sha256.add(bytes);
  return sha256.finish();
}

}  // namespace tlsrpt::collector
