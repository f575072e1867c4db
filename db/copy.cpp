#include "db/copy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <pqxx/version>

#include "db/text.hpp"
#include "parser/json.hpp"

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

struct CopyStream::Stream {
  Stream(pqxx::transaction_base& transaction, const char* table, const char* columns)
      : stream{pqxx::stream_to::raw_table(transaction, table, columns)} {}

  std::string& begin_field(Form /*form*/) { return fields; }
  void break_bytes() {}  // it takes whole fields only
  void end_field(Form form) { ends.push_back({fields.size(), form}); }

  void end_row() {
    row.clear();
    std::size_t begin = 0;
    for (const Field& field : ends) {
      row.push_back(field.form == Form::kNull
                        ? std::nullopt
                        : std::optional{std::string_view{fields}.substr(begin, field.end - begin)});
      begin = field.end;
    }
    stream << row;
    fields.clear();
    ends.clear();
  }

  void finish() { stream.complete(); }

  struct Field {
    std::size_t end;  // in `fields`
    Form form;
  };

  pqxx::stream_to stream;
  std::string fields;  // of the row so far, end to end
  std::vector<Field> ends;
  std::vector<std::optional<std::string_view>> row;
};

#else

namespace {

// PostgreSQL, COPY, "Text Format": the letter that stands for a character after a backslash; 0 for all that need none.
constexpr std::array<char, 256> escapes() {
  std::array<char, 256> letters{};
  letters['\\'] = '\\';
  letters['\t'] = 't';
  letters['\n'] = 'n';
  letters['\r'] = 'r';
  return letters;
}

constexpr std::array<char, 256> kEscapes = escapes();

constexpr char escape_of(char c) noexcept {
  return kEscapes[static_cast<unsigned char>(c)];
}

// From `begin` on.
void escape(std::string& text, std::size_t begin) {
  const auto is_special = [](char c) { return escape_of(c) != '\0'; };
  if (std::none_of(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), is_special)) return;
  const std::string plain = text.substr(begin);
  text.resize(begin);
  for (const char c : plain) {
    if (is_special(c)) {
      text += {'\\', escape_of(c)};
    } else {
      text += c;
    }
  }
}

}  // namespace

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
struct CopyStream::Stream {
  Stream(pqxx::transaction_base& transaction, const char* table, const char* columns)
      : stream{transaction, table, &columns, &columns + 1} {}  // a list of one: it is joined already

  std::string& begin_field(Form form) {
    if (!std::exchange(at_line_begin, false)) lines += '\t';
    if (form == Form::kNull) lines += "\\N";
    if (form == Form::kBytes) lines += '\\';  // before the backslash that they begin with
    field_begin = lines.size();
    return lines;
  }

  // Hands over what there is of a field of bytes, so that a long one is never there as a whole (libpqxx copies a line
  // twice): COPY takes a line's end after a backslash for a character, and bytea_in white space between the digits.
  void break_bytes() {
    lines += "\\\n";
    hand_over();
  }

  void end_field(Form form) {
    if (form == Form::kText) escape(lines, field_begin);
  }

  // Many rows go at once: each handing over costs a copy, and as likely as not a system call.
  void end_row() {
    constexpr std::size_t kEnough = 32u << 10;
    lines += '\n';
    at_line_begin = true;
    if (lines.size() >= kEnough) hand_over();
  }

  void hand_over() {
    lines.pop_back();  // the last line's end, which is added again
    stream.write_raw_line(lines);
    lines.clear();
  }

  void finish() {
    if (!lines.empty()) hand_over();
    stream.complete();
  }

  pqxx::tablewriter stream;
  std::string lines;  // not yet handed over
  bool at_line_begin = true;
  std::size_t field_begin = 0;
};
#pragma GCC diagnostic pop

#endif

CopyStream::CopyStream(pqxx::transaction_base& transaction, const char* table, const char* columns)
    : stream_{std::make_unique<Stream>(transaction, table, columns)} {}

CopyStream::~CopyStream() = default;

template <typename Append>
CopyStream& CopyStream::field(Form form, Append append) {
  append(stream_->begin_field(form));
  stream_->end_field(form);
  return *this;
}

CopyStream& CopyStream::null() {
  return field(Form::kNull, [](std::string&) {});
}

CopyStream& CopyStream::integer(std::int64_t value) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  return field(Form::kPlain, [&, end = end](std::string& to) { to.append(digits, end); });
}

CopyStream& CopyStream::integer(std::optional<std::int64_t> value) {
  return value ? integer(*value) : null();
}

CopyStream& CopyStream::text(std::string_view value) {
  return field(Form::kText, [=](std::string& to) { append_storable(to, value); });
}

CopyStream& CopyStream::text(const std::optional<std::string>& value) {
  return value ? text(std::string_view{*value}) : null();
}

CopyStream& CopyStream::time(parser::Time value) {
  return field(Form::kPlain, [=](std::string& to) { parser::append_time(to, value); });
}

CopyStream& CopyStream::time(std::optional<parser::Time> value) {
  return value ? time(*value) : null();
}

CopyStream& CopyStream::bytes(std::string_view value) {
  constexpr std::size_t kPiece = 64u << 10;
  return field(Form::kBytes, [&](std::string& to) {
    append_bytea(to, value.substr(0, kPiece));
    for (std::size_t at = kPiece; at < value.size(); at += kPiece) {
      stream_->break_bytes();
      append_hex(to, value.substr(at, kPiece));
    }
  });
}

CopyStream& CopyStream::array(std::span<const std::string> value) {
  return field(Form::kText, [=](std::string& to) { append_array(to, value); });
}

CopyStream& CopyStream::now() {
  return field(Form::kPlain, [](std::string& to) { to += "now"; });
}

void CopyStream::end_row() {
  stream_->end_row();
}

void CopyStream::finish() {
  stream_->finish();
}

}  // namespace tlsrpt::db
