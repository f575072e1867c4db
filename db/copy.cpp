#include "db/copy.hpp"

#include <algorithm>
#include <charconv>

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
// with it (6 µs a row of a kilobyte); its predecessor takes finished lines, and 7 has no use for one.
#if PQXX_VERSION_MAJOR >= 7

struct CopyStream::Stream {
  Stream(pqxx::transaction_base& transaction, const char* table, const char* columns)
      : stream{pqxx::stream_to::raw_table(transaction, table, columns)} {}

  void write(std::string_view fields, const std::vector<Field>& ends) {
    row.clear();
    std::size_t begin = 0;
    for (const Field& field : ends) {
      row.push_back(field.form == Form::kNull ? std::nullopt : std::optional{fields.substr(begin, field.end - begin)});
      begin = field.end;
    }
    stream << row;
  }

  pqxx::stream_to stream;
  std::vector<std::optional<std::string_view>> row;
};

#else

namespace {

// PostgreSQL, COPY, "Text Format": the letter that stands for a character after a backslash; 0 for all that need none.
constexpr char escape_of(char c) noexcept {
  switch (c) {
    case '\\':
      return '\\';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    default:
      return '\0';
  }
}

void append_escaped(std::string& to, std::string_view value) {
  const auto is_special = [](char c) { return escape_of(c) != '\0'; };
  for (auto rest = value.begin(); rest != value.end();) {
    const auto special = std::find_if(rest, value.end(), is_special);
    to.append(rest, special);
    if (special == value.end()) return;
    to += {'\\', escape_of(*special)};
    rest = special + 1;
  }
}

}  // namespace

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
struct CopyStream::Stream {
  Stream(pqxx::transaction_base& transaction, const char* table, const char* columns)
      : stream{transaction, table, &columns, &columns + 1} {}  // a list of one: it is joined already

  void write(std::string_view fields, const std::vector<Field>& ends) {
    line.clear();
    std::size_t begin = 0;
    for (const Field& field : ends) {
      if (&field != ends.data()) line += '\t';
      append(fields.substr(begin, field.end - begin), field.form);
      begin = field.end;
    }
    stream.write_raw_line(line);
  }

  void append(std::string_view field, Form form) {
    switch (form) {
      case Form::kNull:
        line += "\\N";
        break;
      case Form::kPlain:
        line += field;
        break;
      case Form::kBytes:  // the backslash that they begin with, and hexadecimal digits
        line += '\\';
        line += field;
        break;
      case Form::kText:
        append_escaped(line, field);
        break;
    }
  }

  pqxx::tablewriter stream;
  std::string line;
};
#pragma GCC diagnostic pop

#endif

CopyStream::CopyStream(pqxx::transaction_base& transaction, const char* table, const char* columns)
    : stream_{std::make_unique<Stream>(transaction, table, columns)} {}

CopyStream::~CopyStream() = default;

void CopyStream::end_field(Form form) {
  ends_.push_back({fields_.size(), form});
}

CopyStream& CopyStream::null() {
  end_field(Form::kNull);
  return *this;
}

CopyStream& CopyStream::integer(std::int64_t value) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  fields_.append(digits, end);
  end_field(Form::kPlain);
  return *this;
}

CopyStream& CopyStream::integer(std::optional<std::int64_t> value) {
  return value ? integer(*value) : null();
}

CopyStream& CopyStream::text(std::string_view value) {
  append_storable(fields_, value);
  end_field(Form::kText);
  return *this;
}

CopyStream& CopyStream::text(const std::optional<std::string>& value) {
  return value ? text(std::string_view{*value}) : null();
}

CopyStream& CopyStream::time(parser::Time value) {
  parser::append_time(fields_, value);
  end_field(Form::kPlain);
  return *this;
}

CopyStream& CopyStream::time(std::optional<parser::Time> value) {
  return value ? time(*value) : null();
}

CopyStream& CopyStream::bytes(std::string_view value) {
  append_bytea(fields_, value);
  end_field(Form::kBytes);
  return *this;
}

CopyStream& CopyStream::array(std::span<const std::string> value) {
  append_array(fields_, value);
  end_field(Form::kText);
  return *this;
}

CopyStream& CopyStream::now() {
  return text(std::string_view{"now"});
}

void CopyStream::end_row() {
  stream_->write(fields_, ends_);
  fields_.clear();
  ends_.clear();
}

void CopyStream::finish() {
  stream_->stream.complete();
}

}  // namespace tlsrpt::db
