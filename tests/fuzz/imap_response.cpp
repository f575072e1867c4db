#include <string>
#include <vector>

#include "check.hpp"
#include "collector/imap/fetch_item.hpp"
#include "collector/imap/response.hpp"
#include "collector/imap/response_reader.hpp"

// The IMAP response reader: the same responses however the bytes are cut, and no byte of a literal is protocol.
namespace {

using tlsrpt::fuzz::require;
using tlsrpt::imap::Literal;
using tlsrpt::imap::ResponseReader;
using tlsrpt::imap::SyntaxError;

struct Reading {
  std::vector<std::string> texts;
  std::vector<std::string> literals;
  bool is_broken = false;

  bool operator==(const Reading&) const = default;
};

constexpr ResponseReader::Limits kLimits{.line = 4096, .literal = 1024, .literals = 20};

void try_as_fetch_item(tlsrpt::imap::Response& response) {
  constexpr std::string_view kBegin = "* 1 FETCH ";
  if (!response.text.starts_with(kBegin)) return;
  tlsrpt::imap::TokenCursor data(response);
  data.skip(kBegin.size());
  try {
    static_cast<void>(tlsrpt::imap::read_fetch_item(data));
  } catch (const SyntaxError&) {
    return;  // as it should be for what is no list of items
  }
}

// `step` bytes at a time, then one more with each.
Reading read(std::string_view bytes, std::size_t step, std::size_t growth) {
  Reading reading;
  ResponseReader reader(kLimits);
  try {
    while (!bytes.empty()) {
      std::string_view part = bytes.substr(0, step);
      bytes.remove_prefix(part.size());
      step += growth;
      while (reader.read(part)) {
        reading.texts.push_back(reader.response().text);
        for (const Literal& literal : reader.response().literals) {
          require(literal.skipped ? literal.bytes.empty() : literal.bytes.size() == literal.size, "a literal is whole");
          require(literal.bytes.size() <= kLimits.literal, "a literal is within its bound");
          reading.literals.push_back(literal.bytes);
        }
        try_as_fetch_item(reader.response());
      }
      require(part.empty(), "what is incomplete was taken whole");
    }
  } catch (const SyntaxError&) {
    reading.is_broken = true;
  }
  return reading;
}

void check_framing(std::string_view body) {
  body = body.substr(0, kLimits.literal);
  const std::string size = std::to_string(body.size());
  std::string bytes = "* 1 FETCH (UID 7 BODY[] {" + size + "}\r\n";
  bytes.append(body).append(")\r\n");
  const Reading reading = read(bytes, 1, 3);
  require(reading.texts == std::vector<std::string>{"* 1 FETCH (UID 7 BODY[] {" + size + "}\r\n)"} &&
              reading.literals == std::vector<std::string>{std::string(body)},
          "bytes of a literal are never protocol");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = tlsrpt::fuzz::text_of(data, size);
  const Reading whole = read(bytes, bytes.size() + 1, 0);
  require(read(bytes, 1, 0) == whole, "byte by byte as in one piece");
  require(read(bytes, 2, 1) == whole, "in growing pieces as in one");
  check_framing(bytes);
  return 0;
}
