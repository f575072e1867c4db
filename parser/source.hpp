#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "parser/reason.hpp"

// Bytes on their way to the JSON parser: each stage reads the one before, chunk by chunk, so that nothing needs memory
// for a whole report.
namespace tlsrpt::parser {

// A payload cannot be taken; ends the reading of it, whatever stage found out.
class Refused : public std::exception {
 public:
  Refused(Reason reason, std::string detail) : rejection_{reason, std::move(detail)} {}
  // Of what was recognised as a TLS report before that.
  [[nodiscard]] static Refused report(Rejection rejection) {
    Refused refused(rejection.reason, std::move(rejection.detail));
    refused.recognised_ = true;
    return refused;
  }
  [[nodiscard]] const char* what() const noexcept override { return rejection_.detail.c_str(); }
  [[nodiscard]] const Rejection& rejection() const noexcept { return rejection_; }
  [[nodiscard]] bool recognised() const noexcept { return recognised_; }

 private:
  Rejection rejection_;
  bool recognised_ = false;
};

class ByteSource {
 public:
  static constexpr std::size_t kChunk = 64u << 10;

  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  // The next bytes, valid until the next call; a whole kChunk unless the end is near. Empty at the end. Throws Refused.
  [[nodiscard]] virtual std::string_view read() = 0;

  // Back to the first byte.
  virtual void rewind() = 0;
  // A piece of what was read as it was before the source changed it, as far as that is known; valid until the next
  // call.
  [[nodiscard]] virtual std::string_view as_sent(std::string_view piece) { return piece; }
};

class MemorySource final : public ByteSource {
 public:
  void open(std::string_view bytes) noexcept { bytes_ = rest_ = bytes; }
  [[nodiscard]] std::string_view read() override {
    const std::string_view chunk = rest_.substr(0, kChunk);
    rest_.remove_prefix(chunk.size());
    return chunk;
  }
  void rewind() override { rest_ = bytes_; }

 private:
  std::string_view bytes_;
  std::string_view rest_;
};

// An amount that must not be exceeded.
class Budget {
 public:
  explicit Budget(std::size_t limit) noexcept : left_(limit) {}
  [[nodiscard]] std::size_t left() const noexcept { return left_; }
  void take(std::size_t amount) noexcept { left_ -= std::min(amount, left_); }
  void give_back(std::size_t amount) noexcept { left_ += amount; }

 private:
  std::size_t left_;
};

// What may still be built of one message's reports.
struct Allowance {
  Budget memory;            // bytes
  Budget name_conversions;  // names to A-labels: one takes longer than reading a small report

  // Throws Refused.
  void spend_memory(std::size_t bytes) {
    if (bytes > memory.left()) {
      throw Refused(Reason::kDecompressedTooLarge,
                    "the message's reports take more memory than limits.decompressed allows");
    }
    memory.take(bytes);
  }
};

// What one decompressing source takes of its message's budget.
class Meter {
 public:
  void open(Budget& budget) noexcept {
    budget_ = &budget;
    spent_ = 0;
  }
  // How much the next chunk may hold. One byte more than is left may come out: it shows that the bound is exceeded.
  [[nodiscard]] std::size_t room() const noexcept {
    return budget_->left() < ByteSource::kChunk ? budget_->left() + 1 : ByteSource::kChunk;
  }
  // Throws Refused.
  void spend(std::size_t bytes) {
    if (bytes > budget_->left()) {
      throw Refused(Reason::kDecompressedTooLarge,
                    "the message's reports are longer, once decompressed, than limits.decompressed allows");
    }
    budget_->take(bytes);
    spent_ += bytes;
  }
  void refund() noexcept { budget_->give_back(std::exchange(spent_, 0)); }

 private:
  Budget* budget_ = nullptr;
  std::size_t spent_ = 0;
};

}  // namespace tlsrpt::parser
