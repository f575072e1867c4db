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

Reading inflate(std::string_view bytes, Inflater::Wrapping wrapping) {
  static Inflater inflater;
  MemorySource source;
  source.open(bytes);
  Budget budget(kBound);
  inflater.open(source, wrapping, budget);
  const Reading first = drain(inflater);
  require(first.text.size() <= kBound, "no more comes out than the bound allows");
  inflater.rewind();
  require(drain(inflater) == first, "a second reading is as the first");
  require(first.is_refused || inflater.consumed() <= bytes.size(), "no more was consumed than there was");
  return first;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = tlsrpt::fuzz::text_of(data, size);
  for (const auto wrapping : {Inflater::Wrapping::kGzip, Inflater::Wrapping::kZlib, Inflater::Wrapping::kRaw}) {
    static_cast<void>(inflate(bytes, wrapping));
  }
  static tlsrpt::parser::Gzipper gzipper;
  gzipper.begin();
  gzipper.write(bytes);
  const Reading back = inflate(gzipper.finish(), Inflater::Wrapping::kGzip);
  require(!back.is_refused && back.text == bytes, "what was compressed comes out again");
  return 0;
}
