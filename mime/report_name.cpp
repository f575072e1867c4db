#include "mime/report_name.hpp"

#include <algorithm>
#include <vector>

#include "mime/text.hpp"
#include "parser/hints.hpp"
#include "parser/text.hpp"

namespace tlsrpt::mime {

namespace {

constexpr std::size_t kLongestFilename = 1024;

std::string without_spaces(std::string text) {
  std::erase_if(text, is_space);
  return text;
}

// A report's file name has no spaces: those in it come from its being folded (mail-22).
std::string mend_fold(std::string filename) {
  if (std::none_of(filename.begin(), filename.end(), is_space)) return filename;
  std::string joined = without_spaces(filename);
  return is_tls_report_filename(joined) ? joined : filename;
}

bool is_number(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (true) {
    const std::size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string report_filename(const Entity& part) {
  std::string filename =
      parse_content(part.header.content_disposition).parameters.find_text("filename", kLongestFilename);
  if (filename.empty()) filename = part.type.parameters.find_text("name", kLongestFilename);
  if (!filename.empty()) return mend_fold(std::move(filename));
  const std::string_view description = part.header.content_description;
  if (description.size() > kLongestFilename) return {};
  filename = parser::shorten(without_spaces(std::string(description)), kLongestFilename);
  return is_tls_report_filename(filename) ? filename : std::string();
}

bool is_tls_report_filename(std::string_view filename) {
  // Most names are of anything else, and this is cheaper than to find that out piece by piece.
  // A DMARC report's may have the same form (mail-33).
  return filename.find('!') != std::string_view::npos && parser::parse_report_filename(filename) &&
         !is_dmarc_report_filename(filename);
}

bool is_dmarc_report_filename(std::string_view filename) {
  const bool is_zip = iends_with(filename, ".zip") && !iends_with(filename, ".json.zip");
  if (!is_zip && !iends_with(filename, ".xml") && !iends_with(filename, ".xml.gz")) return false;
  const std::vector<std::string_view> pieces = split(filename, '!');
  if (pieces.size() != 4 && pieces.size() != 5) return false;
  const std::string_view end = pieces.size() == 5 ? pieces[3] : pieces[3].substr(0, pieces[3].find('.'));
  return is_number(pieces[2]) && is_number(end);
}

bool is_report_subject(std::string_view subject) {
  const std::string text = parser::ascii_lower(subject);
  return text.starts_with("report domain:") && text.find("submitter:") != std::string::npos &&
         text.find("report-id:") != std::string::npos;
}

}  // namespace tlsrpt::mime
