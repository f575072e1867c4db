#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "collector/print/printer.hpp"

namespace tlsrpt::collector {

// For a person: of each report the verdict, who says so about whom and when, every policy and failure, and what each
// result type means and what to do. A last line counts, where there was more than one entry.
class TextPrinter final : public Printer {
 public:
  TextPrinter(std::size_t width, parser::Sink sink) : Printer(std::move(sink)), width_(width) {}

  void report(const std::string& source, const ReadReport& report) override;
  void rejected(const std::string& source, const parser::Rejection& rejection) override;
  void ignored(const std::string& source, db::MessageKind kind, const std::string& because) override;
  void end() override;

 private:
  enum class Last { kNothing, kLine, kReport };
  void line(const std::string& source, std::string_view status, std::string_view reason, const std::string& detail);
  void leave_gap(Last now);  // a report stands between empty lines

  std::size_t width_;
  Last last_ = Last::kNothing;
  std::uint64_t reports_ = 0;
  std::uint64_t reports_with_failures_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t ignored_ = 0;
};

}  // namespace tlsrpt::collector
