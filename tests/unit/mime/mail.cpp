#include "mail.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tlsrpt::mime::test {

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::size_t line = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0U; };
    const unsigned group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    if (line == 76) {
      text += "\r\n";
      line = 0;
    }
    text += digits[group >> 18];
    text += digits[group >> 12 & 63];
    text += i + 1 < bytes.size() ? digits[group >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? digits[group & 63] : '=';
    line += 4;
  }
  return text;
}

std::string entity(std::string_view header, std::string_view body) {
  std::string text(header);
  if (!header.empty()) text += "\r\n";
  return text.append("\r\n").append(body);
}

std::string multipart(std::string_view boundary, const std::vector<std::string>& parts, std::string_view subtype) {
  std::string text = "Content-Type: multipart/";
  text.append(subtype).append("; boundary=\"").append(boundary).append("\"\r\n\r\n");
  for (const std::string& part : parts) text.append("--").append(boundary).append("\r\n").append(part).append("\r\n");
  return text.append("--").append(boundary).append("--\r\n");
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all.append(text);
  return all;
}

std::string fixture(const std::string& name) {
  const std::string path = std::string(TLSRPT_MIME_FIXTURES) + '/' + name;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Message read(std::string_view bytes) {
  return read_message(bytes, Limits{});
}

}  // namespace tlsrpt::mime::test
