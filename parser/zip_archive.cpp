#include "parser/zip_archive.hpp"

#include <fmt/format.h>
#include <zip.h>

namespace tlsrpt::parser {
namespace {

[[noreturn]] void refuse(std::string_view why) {
  throw Refused(Reason::kBadZip, fmt::format("the zip archive cannot be read: {}", why));
}

// Frees what libzip's error holds.
class Error {
 public:
  Error() { zip_error_init(&error_); }
  ~Error() { zip_error_fini(&error_); }
  Error(const Error&) = delete;
  Error& operator=(const Error&) = delete;
  zip_error_t* get() { return &error_; }
  const char* text() { return zip_error_strerror(&error_); }

 private:
  zip_error_t error_{};
};

zip_stat_t stat_of(zip* archive, std::size_t index) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(archive, index, 0, &stat) != 0) refuse(zip_strerror(archive));
  return stat;
}

}  // namespace

void ZipArchive::Closer::operator()(zip* archive) const noexcept {
  zip_discard(archive);
}
void ZipEntry::Closer::operator()(zip_file* file) const noexcept {
  zip_fclose(file);
}

ZipArchive::ZipArchive(std::string_view bytes) {
  Error error;
  zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, error.get());
  if (source == nullptr) refuse(error.text());
  archive_.reset(zip_open_from_source(source, ZIP_RDONLY, error.get()));
  if (!archive_) {
    zip_source_free(source);
    refuse(error.text());
  }
  entries_ = static_cast<std::size_t>(std::max<zip_int64_t>(0, zip_get_num_entries(archive_.get(), 0)));
  for (std::size_t index = 0; index < size(); ++index) {
    if (stat_of(archive_.get(), index).encryption_method != ZIP_EM_NONE) refuse("it is encrypted");
  }
}

std::string ZipArchive::name(std::size_t index) const {
  const char* const name = zip_get_name(archive_.get(), index, ZIP_FL_ENC_RAW);
  return name != nullptr ? name : "";
}

ZipEntry::ZipEntry(const ZipArchive& archive, std::size_t index, Budget& budget)
    : archive_(archive), index_(index), buffer_(new char[kChunk]) {
  // Other methods may want any amount of memory.
  const zip_stat_t stat = stat_of(archive_.archive_.get(), index_);
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    refuse(fmt::format("it uses compression method {}", stat.comp_method));
  }
  meter_.open(budget);
  open();
}

void ZipEntry::open() {
  file_.reset(zip_fopen_index(archive_.archive_.get(), index_, 0));
  if (!file_) refuse(zip_strerror(archive_.archive_.get()));
}

std::string_view ZipEntry::read() {
  const std::size_t room = meter_.room();
  std::size_t filled = 0;
  while (filled < room) {
    const zip_int64_t got = zip_fread(file_.get(), buffer_.get() + filled, room - filled);
    if (got < 0) refuse(zip_error_strerror(zip_file_get_error(file_.get())));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  meter_.spend(filled);
  return {buffer_.get(), filled};
}

void ZipEntry::rewind() {
  meter_.refund();
  open();
}

}  // namespace tlsrpt::parser
