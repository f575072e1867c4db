#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "parser/source.hpp"

struct zip;
struct zip_file;

namespace tlsrpt::parser {

// A zip archive in memory, read entry by entry.
class ZipArchive {
 public:
  static constexpr std::size_t kMostEntries = 100;

  // `bytes` must outlive the archive. Throws Refused (bad-zip), also for an encrypted archive.
  explicit ZipArchive(std::string_view bytes);

  // Entries, of which no more than kMostEntries are to be had.
  [[nodiscard]] std::size_t size() const noexcept { return std::min(entries_, kMostEntries); }
  [[nodiscard]] bool has_more() const noexcept { return entries_ > kMostEntries; }
  // Untrusted bytes, not even UTF-8.
  [[nodiscard]] std::string name(std::size_t index) const;
  [[nodiscard]] bool is_directory(std::size_t index) const { return name(index).ends_with('/'); }

 private:
  friend class ZipEntry;
  struct Closer {
    void operator()(zip* archive) const noexcept;
  };
  std::unique_ptr<zip, Closer> archive_;
  std::size_t entries_ = 0;
};

// One entry's bytes, its check sum verified at the end; each is spent from the budget, and refunded by rewind().
class ZipEntry final : public ByteSource {
 public:
  // Throws Refused (bad-zip) for compression methods other than deflate.
  ZipEntry(const ZipArchive& archive, std::size_t index, Budget& budget);

  [[nodiscard]] std::string_view read() override;
  void rewind() override;

 private:
  void open();
  struct Closer {
    void operator()(zip_file* file) const noexcept;
  };

  const ZipArchive& archive_;
  std::size_t index_;
  Meter meter_;
  std::unique_ptr<zip_file, Closer> file_;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace tlsrpt::parser
