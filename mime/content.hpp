#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Content-Type and Content-Disposition (RFC 2045 §5, RFC 2183), with RFC 2231's parameters.
namespace tlsrpt::mime {

// Parameters of a field, by views of it; of several with one name the first counts.
class Parameters {
 public:
  // `text` begins with the value, which is read when somebody asks for it.
  void add(std::string_view name, std::string_view text) {
    if (list_.empty()) list_.reserve(kUsual);
    list_.emplace_back(name, text);
  }

  // A parameter that is a token or a quoted string, as sent; nothing when it is absent.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;

  // A parameter that is text for people: extended (name*=), continued (name*0=, name*1*=) or plain, with encoded words
  // (RFC 2047 §5 forbids them there; mail-22). Valid UTF-8, at most `most` bytes; "" when it is absent.
  [[nodiscard]] std::string find_text(std::string_view name, std::size_t most) const;

 private:
  static constexpr std::size_t kUsual = 4;  // there is room for at once

  [[nodiscard]] std::optional<std::string> find_continued(std::string_view name) const;

  std::vector<std::pair<std::string_view, std::string_view>> list_;
};

struct Content {
  std::string_view value;  // the media type or disposition, in any case; "" where the field is absent or empty
  Parameters parameters;
};

// `field` is the value of a Content-Type or a Content-Disposition field, which must outlive the result.
[[nodiscard]] Content parse_content(std::string_view field);

}  // namespace tlsrpt::mime
