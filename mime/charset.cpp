#include "mime/charset.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <iconv.h>

#include "mime/text.hpp"

namespace tlsrpt::mime {

namespace {

// iconv(3), whose converters outside of these families are rarely used and have had their share of bugs: a stranger
// does not choose among them.
constexpr std::array<std::string_view, 9> kFamilies = {"iso-8859-", "windows-125", "koi8-", "euc-",  "iso-2022-jp",
                                                       "shift_jis", "gb",          "big5",  "utf-16"};

bool is_mail_charset(std::string_view charset) noexcept {
  const auto is_name = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; };
  return charset.size() <= 20 && std::all_of(charset.begin(), charset.end(), is_name) &&
         std::any_of(kFamilies.begin(), kFamilies.end(),
                     [charset](std::string_view family) { return istarts_with(charset, family); });
}

class Converter {
 public:
  explicit Converter(const std::string& charset) : handle_(iconv_open("UTF-8", charset.c_str())) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (is_open()) iconv_close(handle_);
  }

  // iconv_open(3) fails with (iconv_t)-1, which is no pointer.
  [[nodiscard]] bool is_open() const noexcept { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

  std::string convert(std::string_view bytes) {
    std::string text;
    std::array<char, 1024> buffer{};
    char* in = const_cast<char*>(bytes.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): iconv only reads it
    std::size_t left = bytes.size();
    while (left > 0) {
      char* out = buffer.data();
      std::size_t room = buffer.size();
      const bool failed = iconv(handle_, &in, &left, &out, &room) == static_cast<std::size_t>(-1);
      const bool is_full = failed && errno == E2BIG;
      text.append(buffer.data(), buffer.size() - room);
      if (failed && !is_full) {
        text.append("\xEF\xBF\xBD");
        ++in;
        --left;
      }
    }
    return text;
  }

 private:
  iconv_t handle_;
};

}  // namespace

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  if (!is_mail_charset(charset)) return std::string(bytes);
  Converter converter{std::string(charset)};
  return converter.is_open() ? converter.convert(bytes) : std::string(bytes);
}

}  // namespace tlsrpt::mime
