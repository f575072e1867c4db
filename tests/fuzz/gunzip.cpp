#include <string>

#include "check.hpp"
#include "parser/gzipper.hpp"
#include "parser/inflater.hpp"
#include "parser/source.hpp"

// The inflater: bounded, repeatable, and the inverse of the gzipper.
namespace {

using tlsrpt::fuzz::require;
using tlsrpt::parser::Budget;
using tlsrpt::parser::ByteSource;
using tlsrpt::parser::Inflater;
using tlsrpt::parser::MemorySource;
using tlsrpt::parser::Refused;

constexpr std::size_t kBound = 256u << 10;

struct Reading {
  std::string text;
  bool is_refused = false;

  bool operator==(const Reading&) const = default;
};

Reading drain(ByteSource& source) {
  Reading reading;
  try {
    for (auto chunk = source.read(); !chunk.empty(); chunk = source.read()) reading.text += chunk;
  } catch (const Refused&) {
    reading.is_refused = true;
  }
  return reading;
}

// Hands out a few bytes at a time, so that no member is ever there as a whole.
class Trickle final : public ByteSource {
 public:
  explicit Trickle(std::string_view bytes) noexcept : bytes_(bytes), rest_(bytes) {}
  [[nodiscard]] std::string_view read() override {
    constexpr std::size_t kFew = 7;
    const std::string_view piece = rest_.substr(0, kFew);
    rest_.remove_prefix(piece.size());
    return piece;
  }
  void rewind() override { rest_ = bytes_; }

 private:
  std::string_view bytes_;
  std::string_view rest_;
};

Reading inflate(std::string_view bytes, Inflater::Wrapping wrapping) {
  static Inflater inflater;
  MemorySource source;
  source.open(bytes);
  Budget budget(kBound);
  inflater.open(source, wrapping, budget);
  Reading first = drain(inflater);
  require(first.text.size() <= kBound, "no more comes out than the bound allows");
  inflater.rewind();
  require(drain(inflater) == first, "a second reading is as the first");
  require(first.is_refused || inflater.consumed() <= bytes.size(), "no more was consumed than there was");
  return first;
}

Reading inflate_trickling(std::string_view gzip) {
  static Inflater inflater;
  Trickle source(gzip);
  Budget budget(kBound);
  inflater.open(source, Inflater::Wrapping::kGzip, budget);
  return drain(inflater);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = tlsrpt::fuzz::text_of(data, size);
  for (const auto wrapping : {Inflater::Wrapping::kGzip, Inflater::Wrapping::kZlib, Inflater::Wrapping::kRaw}) {
    static_cast<void>(inflate(bytes, wrapping));
  }
  // Not the other way round: libdeflate takes codes that zlib refuses (docs/decisions/0009).
  const Reading in_pieces = inflate_trickling(bytes);
  require(in_pieces.is_refused || in_pieces == inflate(bytes, Inflater::Wrapping::kGzip),
          "what is a gzip in pieces is the same gzip as a whole");
  static tlsrpt::parser::Gzipper gzipper;
  gzipper.begin();
  gzipper.write(bytes);
  const Reading back = inflate(gzipper.finish(), Inflater::Wrapping::kGzip);
  require(!back.is_refused && back.text == bytes, "what was compressed comes out again");
  return 0;
}
