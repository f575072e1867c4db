#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "collector/print/printer.hpp"

namespace tlsrpt::collector {

// For a person: of each report the verdict, who says so about whom and when, every policy and failure, and what each
// result type means and what to do. A last line counts, where there was more than one entry.
class TextPrinter final : public Printer {
 public:
  explicit TextPrinter(std::size_t width) : width_(width) {}

  [[nodiscard]] std::string report(const std::string& source, const ReadReport& report) override;
  [[nodiscard]] std::string rejected(const std::string& source, const parser::Rejection& rejection) override;
  [[nodiscard]] std::string ignored(const std::string& source, db::MessageKind kind,
                                    const std::string& because) override;
  [[nodiscard]] std::string end() override;

 private:
  enum class Last { kNothing, kLine, kReport };
  [[nodiscard]] std::string line(const std::string& source, std::string_view status, std::string_view reason,
                                 const std::string& detail);
  [[nodiscard]] std::string after_gap(Last now, std::string entry);  // a report stands between empty lines

  std::size_t width_;
  Last last_ = Last::kNothing;
  std::uint64_t reports_ = 0;
  std::uint64_t reports_with_failures_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t ignored_ = 0;
};

}  // namespace tlsrpt::collector
