#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "parser/reader.hpp"

// JSON out: the one place where the program prints it.
namespace tlsrpt::parser {

// Takes a text in pieces.
using Sink = std::function<void(std::string_view)>;

// Writes one JSON text without white space, into a string or, piece by piece, into a sink. Bytes that are not UTF-8
// become U+FFFD. Control characters are escaped, and so is whatever a terminal would obey instead of show: C1, line
// separators, marks of direction.
class JsonWriter {
 public:
  JsonWriter() = default;
  explicit JsonWriter(Sink sink) : sink_(std::move(sink)) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }  // which would become a bool
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(double number);
  JsonWriter& value(bool truth);
  JsonWriter& null();
  JsonWriter& value(const Report& report);        // RFC 8460's own shape; absent members are left out
  JsonWriter& value(const Deviation& deviation);  // {"code", "pointer", "detail"}

  // The text so far, or what the sink does not have of it, which is then gone from the writer: ready for the next.
  [[nodiscard]] std::string take();

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& plain(std::string_view literal);
  void separate();

  Sink sink_;
  std::string text_;
  bool after_value_ = false;  // the next value or key needs a comma before it
};

// "2024-02-22T00:00:00Z"; beyond the years 0 to 9999 the nearest time within them.
[[nodiscard]] std::string format_time(Time time);
void append_time(std::string& to, Time time);

}  // namespace tlsrpt::parser
