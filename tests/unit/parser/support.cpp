#include "support.hpp"

#include <array>
#include <memory>
#include <stdexcept>

#include <doctest/doctest.h>
#include <zip.h>
#include <zlib.h>

namespace tlsrpt::parser::test {
namespace {

int window_bits(Wrapping wrapping) {
  switch (wrapping) {
    case Wrapping::kGzip:
      return MAX_WBITS + 16;
    case Wrapping::kZlib:
      return MAX_WBITS;
    case Wrapping::kRaw:
      return -MAX_WBITS;
  }
  return MAX_WBITS;
}

class Deflater {
 public:
  explicit Deflater(Wrapping wrapping) {
    REQUIRE(deflateInit2(&stream_, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits(wrapping), 9, Z_DEFAULT_STRATEGY) ==
            Z_OK);
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void write(std::string_view text, int flush = Z_NO_FLUSH) {
    std::array<char, 4096> buffer{};
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream_.avail_out = static_cast<uInt>(buffer.size());
      deflate(&stream_, flush);
      output_.append(buffer.data(), buffer.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }
  std::string finish() {
    write({}, Z_FINISH);
    return output_;
  }

 private:
  z_stream stream_{};
  std::string output_;
};

}  // namespace

const std::string_view kReport = R"({
  "organization-name": "Example Inc.",
  "date-range": {"start-datetime": "2024-02-22T00:00:00Z", "end-datetime": "2024-02-22T23:59:59Z"},
  "contact-info": "tls@sender.example",
  "report-id": "2024-02-22T00:00:00Z_company.example",
  "policies": [{
    "policy": {
      "policy-type": "sts",
      "policy-string": ["version: STSv1", "mode: enforce", "mx: *.company.example", "max_age: 86400"],
      "policy-domain": "company.example",
      "mx-host": ["*.company.example"]
    },
    "summary": {"total-successful-session-count": 37, "total-failure-session-count": 2},
    "failure-details": [{
      "result-type": "certificate-expired",
      "sending-mta-ip": "198.51.100.62",
      "receiving-mx-hostname": "mx1.company.example",
      "receiving-mx-helo": "MX1",
      "receiving-ip": "2001:db8::25",
      "failed-session-count": 2,
      "additional-information": "https://sender.example/why",
      "failure-reason-code": "X509_V_ERR_CERT_HAS_EXPIRED"
    }]
  }]
})";

std::string with(std::string_view text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string_view::npos, "not in the text: ", std::string(from));
  REQUIRE_MESSAGE(text.find(from, at + 1) == std::string_view::npos, "twice in the text: ", std::string(from));
  return std::string(text.substr(0, at)).append(to).append(text.substr(at + from.size()));
}

std::string deflated(std::string_view text, Wrapping wrapping) {
  Deflater deflater(wrapping);
  deflater.write(text);
  return deflater.finish();
}

std::string gzip_of(char byte, std::size_t count) {
  const std::string block(1u << 20, byte);
  Deflater deflater(Wrapping::kGzip);
  for (; count > block.size(); count -= block.size()) deflater.write(block);
  deflater.write(std::string_view(block).substr(0, count));
  return deflater.finish();
}

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
  std::string text(1u << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int result = inflate(&stream, Z_FINISH);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  REQUIRE(result == Z_STREAM_END);
  REQUIRE(stream.avail_in == 0);
  return text;
}

std::string zip(const std::vector<Entry>& entries) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const target = zip_source_buffer_create(nullptr, 0, 0, &error);
  REQUIRE(target != nullptr);
  zip_source_keep(target);
  zip_t* const archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  REQUIRE(archive != nullptr);
  for (const Entry& entry : entries) {
    if (entry.name.ends_with('/')) {
      REQUIRE(zip_dir_add(archive, entry.name.c_str(), ZIP_FL_ENC_UTF_8) >= 0);
      continue;
    }
    zip_source_t* const text = zip_source_buffer(archive, entry.text.data(), entry.text.size(), 0);
    const zip_int64_t index = zip_file_add(archive, entry.name.c_str(), text, ZIP_FL_ENC_UTF_8);
    REQUIRE(index >= 0);
    const auto at = static_cast<zip_uint64_t>(index);
    if (entry.bzip2) REQUIRE(zip_set_file_compression(archive, at, ZIP_CM_BZIP2, 0) == 0);
    if (entry.encrypted) REQUIRE(zip_file_set_encryption(archive, at, ZIP_EM_AES_128, "secret") == 0);
  }
  REQUIRE(zip_close(archive) == 0);
  REQUIRE(zip_source_open(target) == 0);
  zip_source_seek(target, 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(zip_source_tell(target)), '\0');
  zip_source_seek(target, 0, SEEK_SET);
  REQUIRE(zip_source_read(target, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size()));
  zip_source_close(target);
  zip_source_free(target);
  zip_error_fini(&error);
  return bytes;
}

std::string utf16(std::string_view ascii, bool little_endian) {
  std::string bytes;
  for (const char c : ascii) {
    if (little_endian) bytes += c;
    bytes += '\0';
    if (!little_endian) bytes += c;
  }
  return bytes;
}

std::vector<Finding> read(std::string_view payload, const Limits& limits) {
  ReportReader reader(limits);
  reader.start_message();
  return reader.read(payload);
}

ParsedReport report_of(std::string_view payload, const Limits& limits) {
  std::vector<Finding> findings = read(payload, limits);
  REQUIRE(findings.size() == 1);
  if (const auto* const rejection = std::get_if<Rejection>(&findings.front().what)) FAIL(rejection->detail);
  REQUIRE(std::holds_alternative<ParsedReport>(findings.front().what));
  return std::get<ParsedReport>(std::move(findings.front().what));
}

std::vector<std::string> outcomes(std::string_view payload, const Limits& limits) {
  std::vector<std::string> all;
  for (const Finding& finding : read(payload, limits)) {
    std::string text = finding.suffix.empty() ? "" : finding.suffix + " ";
    if (const auto* const rejection = std::get_if<Rejection>(&finding.what)) {
      text += to_string(rejection->reason);
    } else if (const auto* const nothing = std::get_if<NotAReport>(&finding.what)) {
      text += nothing->kind == NotAReport::Kind::kDmarc ? "ignored dmarc" : "ignored";
    } else {
      text += "report";
    }
    all.push_back(std::move(text));
  }
  return all;
}

std::string outcome(std::string_view payload, const Limits& limits) {
  const std::vector<std::string> all = outcomes(payload, limits);
  REQUIRE(all.size() == 1);
  return all.front();
}

std::vector<std::string> codes(const ParsedReport& parsed) {
  std::vector<std::string> all;
  for (const Deviation& deviation : parsed.deviations) all.emplace_back(to_string(deviation.code));
  return all;
}

std::vector<std::string> places(const ParsedReport& parsed) {
  std::vector<std::string> all;
  for (const Deviation& deviation : parsed.deviations) {
    all.push_back(std::string(to_string(deviation.code)) + " at " + deviation.pointer);
  }
  return all;
}

std::vector<std::string> quotes(const ParsedReport& parsed) {
  std::vector<std::string> all;
  for (const Deviation& deviation : parsed.deviations) {
    all.push_back(std::string(to_string(deviation.code)) + " at " + deviation.pointer + ": " + deviation.detail);
  }
  return all;
}

}  // namespace tlsrpt::parser::test
