#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mime/content.hpp"
#include "mime/header.hpp"
#include "mime/message.hpp"

namespace tlsrpt::mime {

// A MIME entity (RFC 2045 §2.4).
struct Entity {
  enum class Kind {
    kLeaf,
    kMultipart,       // its parts follow
    kMessage,         // message/rfc822 or message/global: the entity that it embeds follows
    kDeliveryStatus,  // RFC 3464: what is in it is passed over (mail-34)
  };

  Kind kind = Kind::kLeaf;
  bool is_root = false;         // the message itself, not a part of it
  bool begins_message = false;  // the message itself, or one that is embedded in it
  std::size_t depth = 0;        // how many messages are embedded in each other here; 0 in the message itself
  std::string number;           // RFC 9051 §6.4.5; "" for a multipart that is the message itself
  Header header;
  Content type;           // its media type, read
  std::string_view body;  // of a leaf: as it stands, before any decoding
};

// Walks a message's structure in one pass from the front, without recursion, each byte looked at a bounded number of
// times; see docs/decisions/0001-own-mime-walker.md. Nothing is copied but embedded messages in base64 or
// quoted-printable, which RFC 2045 §6.4 forbids and Exchange sends.
class Walker {
 public:
  // Both must outlive the walker.
  Walker(std::string_view message, const Limits& limits);

  // The next entity, which holds until the walker goes on; null at the end or at a bound.
  [[nodiscard]] const Entity* next();

  // The bound that ended the walk.
  [[nodiscard]] const std::optional<parser::Rejection>& problem() const noexcept { return problem_; }

 private:
  // The message, or an embedded one that had to be decoded.
  struct Source {
    std::unique_ptr<const std::string> owned;  // of an embedded message
    std::string_view text;
    std::size_t position = 0;
    std::size_t first_frame = 0;  // frames below belong to the source outside
  };
  // A multipart or an embedded message that has begun and not ended.
  struct Frame {
    std::string boundary;  // "" for a message
    std::string prefix;    // of the part numbers in it: "" or "2."
    std::size_t parts = 0;
    bool is_digest = false;
  };
  // An entity that begins at the source's position.
  struct Start {
    std::string prefix;
    std::size_t index = 1;
    bool begins_message = false;  // the root of a message, not a part of a multipart
    bool in_digest = false;

    [[nodiscard]] std::string number() const { return prefix + std::to_string(index); }
    // Of the part that embeds the message; "" for the message itself.
    [[nodiscard]] std::string enclosing() const { return prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1); }
  };
  struct Delimiter {
    std::size_t begin = 0;  // of its line
    std::size_t end = 0;
    std::size_t frame = 0;
    bool closes = false;
  };

  void enter(const Start& start);
  std::size_t read_header();
  void open_message();
  bool advance();
  [[nodiscard]] std::string_view read_body() noexcept;
  [[nodiscard]] std::optional<Delimiter> find_delimiter() const noexcept;
  [[nodiscard]] std::optional<Delimiter> delimiter_at(std::size_t line_begin) const noexcept;
  void push(Frame frame);
  [[nodiscard]] static std::string place_of(const Start& start);
  void count_header(std::size_t size, const Start& start);
  void count_part();
  void fail(parser::Reason reason, std::string detail);

  const Limits& limits_;
  std::vector<Source> sources_;
  std::vector<Frame> frames_;
  Entity entity_;
  std::optional<Start> start_;
  std::size_t parts_ = 0;
  std::size_t header_bytes_ = 0;
  std::size_t decoded_bytes_ = 0;
  std::optional<parser::Rejection> problem_;
};

}  // namespace tlsrpt::mime
