#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mime/message.hpp"

// What the tests build mail from.
namespace tlsrpt::mime::test {

inline constexpr std::string_view kJson = R"({"report-id":"1"})";
inline constexpr std::string_view kGzip("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03rest", 14);
inline constexpr std::string_view kReportName = "sender.example!example.org!1772323200!1772409599!001.json.gz";

// RFC 4648 §4, in lines of 76 characters.
[[nodiscard]] std::string base64(std::string_view bytes);

// A header block and a body, with the blank line between them; `header` has no line end at its end.
[[nodiscard]] std::string entity(std::string_view header, std::string_view body);

// A multipart message or part. Every part is what entity() gives.
[[nodiscard]] std::string multipart(std::string_view boundary, const std::vector<std::string>& parts,
                                    std::string_view subtype = "mixed");

[[nodiscard]] std::string repeat(std::string_view text, std::size_t times);

[[nodiscard]] std::string fixture(const std::string& name);  // of tests/fixtures/mime

[[nodiscard]] Message read(std::string_view bytes);  // with the default limits

}  // namespace tlsrpt::mime::test
