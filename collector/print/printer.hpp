#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "collector/command_line.hpp"
#include "collector/ingest.hpp"
#include "collector/input/input.hpp"
#include "db/store.hpp"
#include "parser/reason.hpp"

namespace tlsrpt::collector {

// What `parse` found, as text to be written in this order: begin(), an entry each, end(). `source` as source_of().
class Printer {
 public:
  virtual ~Printer() = default;

  [[nodiscard]] virtual std::string begin() { return {}; }
  [[nodiscard]] virtual std::string report(const std::string& source, const ReadReport& report) = 0;
  [[nodiscard]] virtual std::string rejected(const std::string& source, const parser::Rejection& rejection) = 0;
  [[nodiscard]] virtual std::string ignored(const std::string& source, db::MessageKind kind,
                                            const std::string& because) = 0;
  [[nodiscard]] virtual std::string end() { return {}; }
};

// All entries of one input.
[[nodiscard]] std::string print_input(const Input& input, const ReadMessage& read, Printer& printer);

// `width`: columns to wrap text for a person at.
[[nodiscard]] std::unique_ptr<Printer> make_printer(ParseOptions::Format format, std::size_t width);

// The terminal's columns where standard output is one, else 100.
[[nodiscard]] std::size_t output_width() noexcept;

}  // namespace tlsrpt::collector
