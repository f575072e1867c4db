#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/json_stream.hpp"

namespace tlsrpt::parser {

class ReportHandler;

struct JsonError {
  std::string what;       // and where: "… at byte 17"
  bool mendable = false;  // Mender may help
};

// RapidJSON's SAX reader, never recursing, its memory for tokens bounded before it is used.
class JsonParser {
 public:
  // `longest_string`: whatever token is no longer than this is read; anything much longer throws Refused.
  JsonParser(std::size_t longest_string, std::size_t deepest);
  ~JsonParser();

  // Reads one JSON text and stops behind it. No error is reported where the handler itself ended the reading.
  [[nodiscard]] std::optional<JsonError> parse(JsonStream& stream, ReportHandler& handler);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The strings of a text that is a JSON array of strings; nothing for any other text.
[[nodiscard]] std::optional<std::vector<std::string>> parse_string_array(std::string_view text);

}  // namespace tlsrpt::parser
