#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "parser/source.hpp"

struct libdeflate_decompressor;
struct z_stream_s;

namespace tlsrpt::parser {

// Decompresses: gzip (RFC 1952) with all its members and their check sums, zlib (RFC 1950), or bare deflate (RFC 1951).
// Stream and buffer are kept from payload to payload.
class Inflater final : public ByteSource {
 public:
  enum class Wrapping { kGzip, kZlib, kRaw };

  Inflater();
  ~Inflater() override;

  // Every byte that comes out is spent from the budget, while reading; rewind() refunds it. Of data that is broken all
  // that comes before the fault is handed out first.
  void open(ByteSource& source, Wrapping wrapping, Budget& budget);
  [[nodiscard]] std::string_view read() override;
  void rewind() override;

  // Known once read() came to the end.
  [[nodiscard]] std::size_t members() const noexcept { return members_; }
  [[nodiscard]] std::size_t consumed() const noexcept { return consumed_; }  // bytes up to the last member's end
  // What follows the last member, if that is more than white space and NULs; its beginning.
  [[nodiscard]] const std::string& trailing() const noexcept { return trailing_; }

 private:
  void restart();
  void fill(std::size_t& filled, std::size_t room);
  bool refill();
  bool has_another_member();
  bool inflate_member(std::size_t& filled, std::size_t room);
  void inflate_into(std::size_t& filled, std::size_t room);
  void take_trailing();
  struct Deleter {
    void operator()(z_stream_s* stream) const noexcept;
    void operator()(libdeflate_decompressor* whole) const noexcept;
  };

  std::unique_ptr<z_stream_s, Deleter> stream_;
  std::unique_ptr<libdeflate_decompressor, Deleter> whole_;
  std::unique_ptr<char[]> buffer_;
  ByteSource* source_ = nullptr;
  Meter meter_;
  Wrapping wrapping_ = Wrapping::kGzip;
  std::string_view input_;
  std::size_t members_ = 0;
  std::size_t consumed_ = 0;
  std::string trailing_;
  std::optional<Refused> fault_;  // of what comes next
  bool inside_member_ = false;
  bool done_ = false;
};

}  // namespace tlsrpt::parser
