#include "parser/inflater.hpp"

#include <algorithm>
#include <new>

#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

namespace tlsrpt::parser {
namespace {

constexpr std::string_view kGzipMagic = "\x1F\x8B";

int window_bits(Inflater::Wrapping wrapping) {
  switch (wrapping) {
    case Inflater::Wrapping::kGzip:
      return MAX_WBITS + 16;
    case Inflater::Wrapping::kZlib:
      return MAX_WBITS;
    case Inflater::Wrapping::kRaw:
      return -MAX_WBITS;
  }
  return MAX_WBITS;
}

// A guess, which costs no more than a vain attempt. A whole chunk: more may follow. The last four bytes are the size of
// the last member's text (RFC 1952 §2.3). A header with a check sum of its own is not for libdeflate, which does not
// look at that.
bool may_be_whole(std::string_view gzip, std::size_t room) {
  constexpr std::size_t kLeast = 18;  // a header and a trailer
  constexpr unsigned char kHeaderCheck = 1u << 1;
  if (gzip.size() < kLeast || gzip.size() == ByteSource::kChunk || (gzip[3] & kHeaderCheck) != 0) return false;
  std::size_t size = 0;
  for (std::size_t i = 1; i <= 4; ++i) size = size << 8 | static_cast<unsigned char>(gzip[gzip.size() - i]);
  return size <= room;
}

[[noreturn]] void refuse(std::string_view why) {
  throw Refused(Reason::kBadGzip, fmt::format("the compressed data is broken: {}", why));
}

}  // namespace

void Inflater::Deleter::operator()(z_stream_s* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

void Inflater::Deleter::operator()(libdeflate_decompressor* whole) const noexcept {
  libdeflate_free_decompressor(whole);
}

Inflater::Inflater() : stream_(new z_stream{}), whole_(libdeflate_alloc_decompressor()), buffer_(new char[kChunk]) {
  if (whole_ == nullptr || inflateInit2(stream_.get(), MAX_WBITS + 16) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() = default;

void Inflater::open(ByteSource& source, Wrapping wrapping, Budget& budget) {
  source_ = &source;
  wrapping_ = wrapping;
  meter_.open(budget);
  restart();
}

void Inflater::rewind() {
  source_->rewind();
  meter_.refund();
  restart();
}

void Inflater::restart() {
  input_ = {};
  members_ = consumed_ = 0;
  trailing_.clear();
  fault_.reset();
  inside_member_ = done_ = false;
}

std::string_view Inflater::read() {
  if (fault_) throw Refused(*fault_);
  const std::size_t room = meter_.room();
  std::size_t filled = 0;
  try {
    fill(filled, room);
  } catch (const Refused& fault) {
    if (filled == 0) throw;
    fault_ = fault;
  }
  meter_.spend(filled);
  return {buffer_.get(), filled};
}

void Inflater::fill(std::size_t& filled, std::size_t room) {
  while (!done_ && filled < room) {
    if (input_.empty() && !refill()) break;
    if (!inside_member_) {
      if (!has_another_member()) break;
      if (inflate_member(filled, room)) continue;
      inflateReset2(stream_.get(), window_bits(wrapping_));
      inside_member_ = true;
    }
    inflate_into(filled, room);
  }
}

bool Inflater::refill() {
  input_ = source_->read();
  if (!input_.empty()) return true;
  if (inside_member_ || members_ == 0) refuse("it is cut short");
  done_ = true;
  return false;
}

bool Inflater::has_another_member() {
  // RFC 1952 §2.2: a gzip file is a series of members. What follows the last is no member where it has no header.
  const std::size_t known = std::min(input_.size(), kGzipMagic.size());
  const bool another =
      members_ == 0 || (wrapping_ == Wrapping::kGzip && input_.substr(0, known) == kGzipMagic.substr(0, known));
  if (!another) {
    take_trailing();
    done_ = true;
  }
  return another;
}

// A member that is here as a whole and has room. False, and nothing is taken, of any other and of one that is broken:
// zlib then says what is wrong with it.
bool Inflater::inflate_member(std::size_t& filled, std::size_t room) {
  if (wrapping_ != Wrapping::kGzip || !may_be_whole(input_, room - filled)) return false;
  std::size_t taken = 0;
  std::size_t size = 0;
  const libdeflate_result result = libdeflate_gzip_decompress_ex(whole_.get(), input_.data(), input_.size(),
                                                                 buffer_.get() + filled, room - filled, &taken, &size);
  if (result != LIBDEFLATE_SUCCESS) return false;
  input_.remove_prefix(taken);
  consumed_ += taken;
  filled += size;
  ++members_;
  return true;
}

void Inflater::inflate_into(std::size_t& filled, std::size_t room) {
  constexpr std::size_t kMostAtOnce = 1u << 30;  // zlib counts in 32 bits
  const std::size_t offered = std::min(input_.size(), kMostAtOnce);
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input_.data()));
  stream_->avail_in = static_cast<uInt>(offered);
  stream_->next_out = reinterpret_cast<Bytef*>(buffer_.get() + filled);
  stream_->avail_out = static_cast<uInt>(room - filled);
  const int result = inflate(stream_.get(), Z_NO_FLUSH);
  const std::size_t taken = offered - stream_->avail_in;
  input_.remove_prefix(taken);
  consumed_ += taken;
  filled = room - stream_->avail_out;
  switch (result) {
    case Z_OK:
    case Z_BUF_ERROR:  // no progress without more input or room: the caller gives both
      return;
    case Z_STREAM_END:
      ++members_;
      inside_member_ = false;
      return;
    case Z_MEM_ERROR:
      throw std::bad_alloc();
    default:
      refuse(stream_->msg != nullptr ? stream_->msg : "unknown error");
  }
}

void Inflater::take_trailing() {
  constexpr std::size_t kExcerpt = 256;
  bool padding = true;
  do {
    padding = padding && input_.find_first_not_of(std::string_view("\0 \t\r\n", 5)) == std::string_view::npos;
    trailing_ += input_.substr(0, kExcerpt - trailing_.size());
    input_ = source_->read();
  } while (!input_.empty());
  if (padding) trailing_.clear();
}

}  // namespace tlsrpt::parser
