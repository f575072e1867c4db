#include "mime/walker.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "mime/text.hpp"
#include "mime/transfer_encoding.hpp"

namespace tlsrpt::mime {

namespace {

using parser::Reason;

bool is_delivery_status(const Content& type, bool is_root) {
  if (iequals(type.value, "message/delivery-status")) return is_root;  // else it is a part of a report, and a leaf
  if (!iequals(type.value, "multipart/report")) return false;
  const auto report_type = type.parameters.find("report-type");
  return report_type && iequals(*report_type, "delivery-status");
}

// RFC 2046 §5.1.1: a boundary does not end in white space; nothing for what is no multipart or cannot be split.
std::string boundary_of(const Content& type) {
  if (!istarts_with(type.value, "multipart/")) return {};
  constexpr std::size_t kLongestBoundary = 1024;  // RFC 2046 §5.1.1 allows 70
  auto plain = type.parameters.find("boundary");
  std::string boundary = plain ? std::move(*plain) : type.parameters.find_text("boundary", kLongestBoundary);
  boundary.resize(trim_end(boundary).size());
  return boundary;
}

// RFC 2045 §6.4: a message is embedded as it is; where it says otherwise, only if it looks like that.
TransferEncoding embedded_encoding(std::string_view declared, std::string_view body) {
  const TransferEncoding encoding = transfer_encoding(declared);
  bool is_true = true;
  if (encoding == TransferEncoding::kBase64) is_true = first_line(body).find(':') == std::string_view::npos;
  if (encoding == TransferEncoding::kQuotedPrintable) is_true = body.find("=3D") != std::string_view::npos;
  return is_true ? encoding : TransferEncoding::kIdentity;
}

}  // namespace

Walker::Walker(std::string_view message, const Limits& limits) : limits_(limits), start_(Start{}) {
  sources_.push_back({.owned = nullptr, .text = message});
  start_->begins_message = true;
}

const Entity* Walker::next() {
  if (problem_ || (!start_ && !advance())) return nullptr;
  enter(*std::exchange(start_, std::nullopt));
  return problem_ ? nullptr : &entity_;
}

// Moves to where the next entity begins.
bool Walker::advance() {
  while (true) {
    Source& source = sources_.back();
    const auto delimiter = find_delimiter();
    if (!delimiter) {
      if (sources_.size() == 1) return false;
      frames_.resize(source.first_frame);
      sources_.pop_back();
      continue;
    }
    // RFC 2046 §5.1.2: an outer boundary ends whatever is open within.
    frames_.resize(delimiter->frame + 1);
    source.position = delimiter->end;
    if (delimiter->closes) {
      frames_.pop_back();
      continue;
    }
    Frame& frame = frames_.back();
    start_ =
        Start{.prefix = frame.prefix, .index = ++frame.parts, .begins_message = false, .in_digest = frame.is_digest};
    return true;
  }
}

void Walker::enter(const Start& start) {
  entity_ = {};
  entity_.is_root = frames_.empty();
  entity_.begins_message = start.begins_message;
  entity_.depth = static_cast<std::size_t>(
      std::count_if(frames_.begin(), frames_.end(), [](const Frame& frame) { return frame.boundary.empty(); }));
  count_header(read_header(), start);
  if (problem_) return;
  const Header& header = entity_.header;
  entity_.type = parse_content(header.content_type.empty() ? header.misspelt_content_type : header.content_type);
  if (entity_.type.value.empty() && start.in_digest) entity_.type.value = "message/rfc822";  // RFC 2046 §5.1.5

  std::string boundary = boundary_of(entity_.type);
  if (start.begins_message && !boundary.empty()) {
    entity_.number = start.enclosing();
  } else {
    entity_.number = start.number();
    count_part();
  }
  if (problem_) return;

  if (is_delivery_status(entity_.type, entity_.is_root)) {
    entity_.kind = Entity::Kind::kDeliveryStatus;
    static_cast<void>(read_body());
  } else if (!boundary.empty()) {
    entity_.kind = Entity::Kind::kMultipart;
    push({.boundary = std::move(boundary),
          .prefix = start.begins_message ? start.prefix : entity_.number + '.',
          .is_digest = iequals(entity_.type.value, "multipart/digest")});
  } else if (iequals(entity_.type.value, "message/rfc822") || iequals(entity_.type.value, "message/global")) {
    entity_.kind = Entity::Kind::kMessage;
    open_message();
  } else {
    entity_.body = read_body();
  }
}

// Up to and past the blank line; a delimiter ends a header without one. The size of the block before either.
std::size_t Walker::read_header() {
  Source& source = sources_.back();
  std::size_t size = 0;
  while (source.position < source.text.size()) {
    const std::string_view rest = source.text.substr(source.position);
    if (begins_with_blank_line(rest)) {
      source.position += first_line(rest).size();
      break;
    }
    if (rest.front() == '-' && delimiter_at(source.position)) break;  // no need to ask of most lines
    const std::size_t length = read_field(rest, entity_.header);
    source.position += length;
    size += length;
  }
  return size;
}

void Walker::open_message() {
  const std::size_t body_begin = sources_.back().position;
  push({.boundary = {}, .prefix = entity_.number + '.'});
  start_ = Start{.prefix = entity_.number + '.', .index = 1, .begins_message = true};
  if (problem_ || transfer_encoding(entity_.header.content_transfer_encoding) == TransferEncoding::kIdentity) return;

  const std::string_view body = read_body();
  const TransferEncoding encoding = embedded_encoding(entity_.header.content_transfer_encoding, body);
  if (encoding == TransferEncoding::kIdentity) {
    sources_.back().position = body_begin;
    return;
  }
  decoded_bytes_ += body.size();
  if (decoded_bytes_ > limits_.message) {
    fail(Reason::kTooLarge, fmt::format("encoded messages within each other come to {} bytes; limits.message is {}",
                                        decoded_bytes_, limits_.message));
    return;
  }
  auto decoded = std::make_unique<const std::string>(decode(body, encoding).bytes);
  const std::string_view text = *decoded;
  sources_.push_back({.owned = std::move(decoded), .text = text, .position = 0, .first_frame = frames_.size() - 1});
}

// From the source's position to the next delimiter, without the line end that belongs to that (RFC 2046 §5.1.1).
std::string_view Walker::read_body() noexcept {
  Source& source = sources_.back();
  const std::size_t begin = source.position;
  const auto delimiter = find_delimiter();
  source.position = delimiter ? delimiter->begin : source.text.size();
  std::string_view body = source.text.substr(begin, source.position - begin);
  if (delimiter && body.ends_with('\n')) {
    body.remove_suffix(1);
    if (body.ends_with('\r')) body.remove_suffix(1);
  }
  return body;
}

std::optional<Walker::Delimiter> Walker::find_delimiter() const noexcept {
  const Source& source = sources_.back();
  std::size_t line_begin = source.position;
  while (line_begin < source.text.size()) {
    if (auto delimiter = delimiter_at(line_begin)) return delimiter;
    const std::size_t line_end = source.text.find("\n--", line_begin);
    if (line_end == std::string_view::npos) break;
    line_begin = line_end + 1;
  }
  return std::nullopt;
}

// RFC 2046 §5.1.1: "--", the boundary, "--" if it is the last, white space.
std::optional<Walker::Delimiter> Walker::delimiter_at(std::size_t line_begin) const noexcept {
  const Source& source = sources_.back();
  const std::string_view text = source.text.substr(line_begin);
  if (!text.starts_with("--")) return std::nullopt;
  const std::string_view line = first_line(text);
  const std::string_view mark = trim_end(line).substr(2);
  for (std::size_t i = frames_.size(); i-- > source.first_frame;) {
    const std::string_view boundary = frames_[i].boundary;
    if (boundary.empty() || !mark.starts_with(boundary)) continue;
    const std::string_view end = mark.substr(boundary.size());
    if (end.empty() || end == "--") return Delimiter{line_begin, line_begin + line.size(), i, !end.empty()};
  }
  return std::nullopt;
}

void Walker::push(Frame frame) {
  frames_.push_back(std::move(frame));
  if (frames_.size() > limits_.nesting) {
    fail(Reason::kNestedTooDeep,
         fmt::format("multiparts and messages are nested at least {} deep; limits.nesting is {}", frames_.size(),
                     limits_.nesting));
  }
}

std::string Walker::place_of(const Start& start) {
  if (!start.begins_message) return "part " + start.number();
  return start.prefix.empty() ? "the message" : "the message in part " + start.enclosing();
}

void Walker::count_header(std::size_t size, const Start& start) {
  header_bytes_ += size;
  if (size > limits_.header) {
    fail(Reason::kHeaderTooLarge,
         fmt::format("the header block of {} is {} bytes; limits.header is {}", place_of(start), size, limits_.header));
  } else if (header_bytes_ > limits_.headers) {
    fail(Reason::kHeadersTooLarge, fmt::format("the header blocks up to that of {} are {} bytes; limits.headers is {}",
                                               place_of(start), header_bytes_, limits_.headers));
  }
}

void Walker::count_part() {
  if (++parts_ > limits_.parts) {
    fail(Reason::kTooManyParts,
         fmt::format("the message has at least {} parts; limits.parts is {}", parts_, limits_.parts));
  }
}

void Walker::fail(Reason reason, std::string detail) {
  if (!problem_) problem_ = parser::Rejection{reason, std::move(detail)};
}

}  // namespace tlsrpt::mime
