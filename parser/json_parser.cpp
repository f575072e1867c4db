#include "parser/json_parser.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "parser/report_handler.hpp"

namespace rapidjson {

template <>
struct StreamTraits<tlsrpt::parser::JsonStream> {
  enum { copyOptimization = 1 };
};

template <>
inline void SkipWhitespace(tlsrpt::parser::JsonStream& stream) {
  stream.skip_white_space();
}

}  // namespace rapidjson

namespace tlsrpt::parser {
namespace {

// Neither recursion nor conversion: numbers come as their text, strings as their bytes, which the builder mends.
constexpr unsigned kFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseStopWhenDoneFlag;

// The same for RapidJSON's own reading of strings, which has nothing to do with precision.
constexpr unsigned kCopyingFlags = kFlags | rapidjson::kParseFullPrecisionFlag;

// RapidJSON decodes a whole token before it hands it out, so the bound must hold where it asks for the memory.
class BoundedAllocator {
 public:
  static const bool kNeedFree = true;
  BoundedAllocator() = default;  // RapidJSON wants to be able to
  explicit BoundedAllocator(std::size_t bound) noexcept : bound_(bound) {}
  void* Malloc(std::size_t size) { return Realloc(nullptr, 0, size); }
  void* Realloc(void* memory, std::size_t /*old_size*/, std::size_t size) {
    if (size == 0) {
      std::free(memory);
      return nullptr;
    }
    if (size > bound_) throw Refused(Reason::kStringTooLong, "a JSON string is longer than limits.string allows");
    void* const grown = std::realloc(memory, size);
    if (grown == nullptr) throw std::bad_alloc();
    return grown;
  }
  static void Free(void* memory) noexcept { std::free(memory); }

 private:
  std::size_t bound_ = 0;
};

using Reader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, BoundedAllocator>;

// RapidJSON's events in our words.
class Events : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Events> {
 public:
  explicit Events(ReportHandler& handler) noexcept : handler_(handler) {}
  bool Null() { return handler_.scalar({ScalarKind::kNull, "null"}); }
  bool Bool(bool truth) { return handler_.scalar({ScalarKind::kBool, truth ? "true" : "false"}); }
  bool RawNumber(const char* text, unsigned length, bool) {
    return handler_.scalar({ScalarKind::kNumber, {text, length}});
  }
  bool String(const char* text, unsigned length, bool) {
    return handler_.scalar({ScalarKind::kString, {text, length}});
  }
  bool Key(const char* text, unsigned length, bool) { return handler_.key({text, length}); }
  bool StartObject() { return handler_.begin(ContainerKind::kObject); }
  bool StartArray() { return handler_.begin(ContainerKind::kArray); }
  bool EndObject(unsigned) { return handler_.end(); }
  bool EndArray(unsigned) { return handler_.end(); }

 private:
  ReportHandler& handler_;
};

}  // namespace
}  // namespace tlsrpt::parser

namespace rapidjson {

// RapidJSON's own place for vector instructions. Characters that stand for themselves are copied all at once: whoever
// reads a string back that was written byte by byte waits for the processor.
template <>
template <>
inline void tlsrpt::parser::Reader::ScanCopyUnescapedString(tlsrpt::parser::JsonStream& stream, StackStream<char>& to) {
  const std::string_view plain = stream.plain_characters();
  if (plain.empty()) return;
  std::memcpy(to.Push(static_cast<SizeType>(plain.size())), plain.data(), plain.size());
  stream.skip(plain.size());
}

// A string without escapes, whole in the current chunk, as nearly all are, is handed out where it stands.
template <>
template <>
inline void tlsrpt::parser::Reader::ParseString<tlsrpt::parser::kFlags>(tlsrpt::parser::JsonStream& stream,
                                                                        tlsrpt::parser::Events& events, bool is_key) {
  const auto text = stream.plain_string();
  if (!text) {
    ParseString<tlsrpt::parser::kCopyingFlags>(stream, events, is_key);
    return;
  }
  const auto length = static_cast<SizeType>(text->size());
  const bool goes_on = is_key ? events.Key(text->data(), length, false) : events.String(text->data(), length, false);
  if (!goes_on) {
    SetParseError(kParseErrorTermination, stream.Tell());
    return;
  }
  stream.skip(text->size() + 2);
}

}  // namespace rapidjson

namespace tlsrpt::parser {
namespace {

// Only strings, and only directly in one array.
class StringArrayEvents : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, StringArrayEvents> {
 public:
  bool Default() { return false; }
  bool String(const char* text, unsigned length, bool) {
    strings_.emplace_back(text, length);
    return true;
  }
  bool StartArray() { return !std::exchange(inside_, true); }
  bool EndArray(unsigned) { return true; }
  std::vector<std::string> take() { return std::move(strings_); }

 private:
  bool inside_ = false;
  std::vector<std::string> strings_;
};

bool is_mendable(rapidjson::ParseErrorCode code) {
  switch (code) {
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
    case rapidjson::kParseErrorStringEscapeInvalid:      // also says that a control character is not escaped
    case rapidjson::kParseErrorStringMissQuotationMark:  // also says that there is a NUL
    case rapidjson::kParseErrorNumberTooBig:
      return true;
    default:
      return false;
  }
}

}  // namespace

struct JsonParser::State {
  static constexpr std::size_t kBoundless = std::size_t{1} << 32;  // RapidJSON counts in 32 bits
  // RapidJSON's buffer grows by half, and a string in it may be three times as long as it is meant (Mender's marks).
  State(std::size_t longest_string, std::size_t deepest)
      : allocator(5 * std::min(longest_string, kBoundless) + 64 * std::min(deepest, kBoundless) + 1024) {}
  BoundedAllocator allocator;
  Reader reader{&allocator};
};

JsonParser::JsonParser(std::size_t longest_string, std::size_t deepest)
    : state_(std::make_unique<State>(longest_string, deepest)) {}

JsonParser::~JsonParser() = default;

std::optional<JsonError> JsonParser::parse(JsonStream& stream, ReportHandler& handler) {
  Events events(handler);
  const rapidjson::ParseResult result = state_->reader.Parse<kFlags>(stream, events);
  if (!result.IsError() || result.Code() == rapidjson::kParseErrorTermination) return std::nullopt;
  return JsonError{
      .what = fmt::format("not JSON at byte {}: {}", result.Offset(), rapidjson::GetParseError_En(result.Code())),
      .mendable = is_mendable(result.Code())};
}

std::optional<std::vector<std::string>> parse_string_array(std::string_view text) {
  rapidjson::MemoryStream memory(text.data(), text.size());
  StringArrayEvents events;
  rapidjson::Reader reader;
  constexpr unsigned kArrayFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  if (reader.Parse<kArrayFlags>(memory, events).IsError()) return std::nullopt;
  return events.take();
}

}  // namespace tlsrpt::parser
