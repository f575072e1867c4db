#include "db/copy.hpp"

#include <optional>
#include <vector>

#include <pqxx/version>

#include "db/text.hpp"

#if PQXX_VERSION_MAJOR >= 7
#include <pqxx/stream_to>
#else
#include <pqxx/tablewriter>
#endif

namespace tlsrpt::db {

// What differs between libpqxx 6 and 7. The stream_to of 6 copies every field several times, and the rest of the row
// with it (6 µs a row of a kilobyte); its predecessor takes finished lines, any number at once, and 7 has no use for
// one.
#if PQXX_VERSION_MAJOR >= 7

namespace {

char unescaped(char letter) noexcept {
  switch (letter) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    default:
      return letter;
  }
}

// A line's fields, as they were before CopyText wrote them.
std::vector<std::optional<std::string>> fields_of(std::string_view line) {
  std::vector<std::optional<std::string>> fields{""};
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      fields.emplace_back("");
    } else if (line[i] != '\\') {
      *fields.back() += line[i];
    } else if (line[++i] == 'N') {
      fields.back().reset();
    } else {
      *fields.back() += unescaped(line[i]);
    }
  }
  return fields;
}

}  // namespace

struct CopyStream::Transport {
  static constexpr bool kTakesPieces = false;

  Transport(pqxx::transaction_base& transaction, const char* table, const std::string& columns)
      : stream{pqxx::stream_to::raw_table(transaction, table, columns)} {}

  void send(std::string_view lines) {
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      stream << fields_of(line);
      lines.remove_prefix(line.size() + 1);
    }
  }

  void finish() { stream.complete(); }

  pqxx::stream_to stream;
};

#else

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
struct CopyStream::Transport {
  static constexpr bool kTakesPieces = true;

  Transport(pqxx::transaction_base& transaction, const char* table, const std::string& columns)
      : stream{transaction, table, &columns, &columns + 1} {}  // a list of one: it is joined already

  void send(std::string& lines) {
    lines.pop_back();  // the last line's end, which is added again
    stream.write_raw_line(lines);
  }

  void finish() { stream.complete(); }

  pqxx::tablewriter stream;
};
#pragma GCC diagnostic pop

#endif

CopyStream::CopyStream(pqxx::transaction_base& transaction, const char* table, const std::string& columns)
    : transport_{std::make_unique<Transport>(transaction, table, columns)} {}

CopyStream::~CopyStream() = default;

CopyStream& CopyStream::bytes(std::string_view value) {
  constexpr std::size_t kPiece = 64u << 10;  // libpqxx 6 copies twice what it is given at once
  const std::size_t first = Transport::kTakesPieces ? kPiece : value.size();
  text_.bytes(value.substr(0, first));
  for (std::size_t at = first; at < value.size(); at += kPiece) {
    // COPY takes a line's end after a backslash for a character, and bytea_in white space between the digits.
    text_.lines() += "\\\n";
    send();
    append_hex(text_.lines(), value.substr(at, kPiece));
  }
  return *this;
}

// Each handing over costs a copy, and as likely as not a system call.
void CopyStream::end_row() {
  constexpr std::size_t kEnough = 32u << 10;
  text_.end_row();
  if (text_.lines().size() >= kEnough) send();
}

void CopyStream::send() {
  transport_->send(text_.lines());
  text_.lines().clear();
}

void CopyStream::finish() {
  if (!text_.lines().empty()) send();
  transport_->finish();
}

}  // namespace tlsrpt::db
