#pragma once

#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace tlsrpt::parser {

// Compresses one text after the other with gzip; the stream is kept in between.
class Gzipper {
 public:
  Gzipper();
  ~Gzipper();
  Gzipper(const Gzipper&) = delete;
  Gzipper& operator=(const Gzipper&) = delete;

  void begin();
  void write(std::string_view text);
  [[nodiscard]] std::string finish();

 private:
  void run(std::string_view text, int flush);
  struct StreamDeleter {
    void operator()(z_stream_s* stream) const noexcept;
  };

  std::unique_ptr<z_stream_s, StreamDeleter> stream_;  // made when first needed: it takes 256 KiB
  std::string output_;
};

}  // namespace tlsrpt::parser
