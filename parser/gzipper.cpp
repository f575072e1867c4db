#include "parser/gzipper.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <zlib.h>

namespace tlsrpt::parser {

void Gzipper::StreamDeleter::operator()(z_stream_s* stream) const noexcept {
  deflateEnd(stream);
  delete stream;
}

Gzipper::Gzipper() = default;
Gzipper::~Gzipper() = default;

void Gzipper::begin() {
  output_.clear();
  if (stream_) {
    deflateReset(stream_.get());
    return;
  }
  // For the kilobyte that a report has, level 6 takes four times as long and saves 4 %; to clear the tables of more
  // memory takes longer than to compress it.
  constexpr int kLevel = 1;
  constexpr int kMemoryLevel = 5;
  stream_.reset(new z_stream{});
  if (deflateInit2(stream_.get(), kLevel, Z_DEFLATED, MAX_WBITS + 16, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

void Gzipper::write(std::string_view text) {
  constexpr std::size_t kMostAtOnce = 1u << 30;  // zlib counts in 32 bits
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kMostAtOnce);
    run(piece, Z_NO_FLUSH);
    text.remove_prefix(piece.size());
  }
}

std::string Gzipper::finish() {
  run({}, Z_FINISH);
  return std::exchange(output_, {});
}

void Gzipper::run(std::string_view text, int flush) {
  std::array<char, 16u << 10> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): deflate fills it
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream_->avail_in = static_cast<uInt>(text.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_->avail_out = static_cast<uInt>(buffer.size());
    deflate(stream_.get(), flush);
    output_.append(buffer.data(), buffer.size() - stream_->avail_out);
  } while (stream_->avail_out == 0);
}

}  // namespace tlsrpt::parser
