#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collector/command_line.hpp"
#include "collector/ingest.hpp"
#include "collector/input/input.hpp"
#include "db/store.hpp"
#include "parser/json.hpp"
#include "parser/reason.hpp"

namespace tlsrpt::collector {

// Writes what `parse` found, in this order: begin(), an entry each, end(). A report may be six times as long in print
// as it is in memory, so it is written in pieces. `source` as source_of().
class Printer {
 public:
  explicit Printer(parser::Sink sink) : sink_(std::move(sink)) {}
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;
  virtual ~Printer() = default;

  virtual void begin() {}
  virtual void report(const std::string& source, const ReadReport& report) = 0;
  virtual void rejected(const std::string& source, const parser::Rejection& rejection) = 0;
  virtual void ignored(const std::string& source, db::MessageKind kind, const std::string& because) = 0;
  virtual void end() {}

 protected:
  void write(std::string_view text) { sink_(text); }
  [[nodiscard]] const parser::Sink& sink() const noexcept { return sink_; }

 private:
  parser::Sink sink_;
};

// All entries of one input.
void print_input(const Input& input, const ReadMessage& read, Printer& printer);

// `width`: columns to wrap text for a person at.
[[nodiscard]] std::unique_ptr<Printer> make_printer(ParseOptions::Format format, std::size_t width, parser::Sink sink);

}  // namespace tlsrpt::collector
