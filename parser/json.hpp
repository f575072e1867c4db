#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "parser/reader.hpp"

// JSON out: the one place where the program prints it.
namespace tlsrpt::parser {

// Writes one JSON text into a string. Bytes that are not UTF-8 become U+FFFD; control characters are escaped.
class JsonWriter {
 public:
  JsonWriter();
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(double number);
  JsonWriter& value(bool truth);
  JsonWriter& null();
  JsonWriter& value(const Report& report);        // RFC 8460's own shape, see DESIGN of `parse --format json`
  JsonWriter& value(const Deviation& deviation);  // {"code", "pointer", "detail"}

  // The text so far, which is then gone from the writer: ready for the next.
  [[nodiscard]] std::string take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "2024-02-22T00:00:00Z"
[[nodiscard]] std::string format_time(Time time);

}  // namespace tlsrpt::parser
