#include "collector/input/input.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "collector/input/byte_stream.hpp"
#include "collector/input/mbox.hpp"
#include "collector/input/sniff.hpp"
#include "collector/input/walk.hpp"

namespace tlsrpt::collector {
namespace {

struct MostBytes {
  std::size_t mail;
  std::size_t file;
};

BoundedBytes read_all(ByteStream& stream, std::size_t most) {
  BoundedCollector collected(most);
  for (auto piece = stream.next(); !piece.empty(); piece = stream.next()) collected.append(piece);
  return collected.take();
}

void read_file(const FoundFile& file, const MostBytes& most, const std::function<void(Input)>& take) {
  ByteStream stream(file.path);
  const auto content = sniff(stream.peek(kSniffedBytes));
  const auto hand_out = [&](std::optional<std::size_t> number, Input::Kind kind, BoundedBytes&& bytes) {
    take({.path = file.path,
          .message = number,
          .kind = kind,
          .bytes = std::move(bytes.bytes),
          .sha256_of_all = bytes.sha256_of_all});
  };
  if (content == Content::kMbox) {
    std::size_t number = 0;
    for_each_mbox_message(stream, most.mail,
                          [&](BoundedBytes message) { hand_out(++number, Input::Kind::kMail, std::move(message)); });
  } else if (content == Content::kMail || (content == Content::kUnknown && file.in_maildir)) {
    hand_out(std::nullopt, Input::Kind::kMail, read_all(stream, most.mail));
  } else {
    hand_out(std::nullopt, Input::Kind::kFile, read_all(stream, most.file));
  }
}

}  // namespace

parser::Digest digest_of(const Input& input) {
  return input.sha256_of_all ? *input.sha256_of_all : sha256(input.bytes);
}

std::string source_of(const Input& input, std::string_view attachment) {
  if (input.message) {
    return fmt::format("{}#{}{}{}", input.path, *input.message, attachment.empty() ? "" : "/", attachment);
  }
  const bool needs_mark = !attachment.empty() && attachment.front() != '#';
  return fmt::format("{}{}{}", input.path, needs_mark ? "#" : "", attachment);
}

void for_each_input(std::span<const std::string> paths, const mime::Limits& mime_limits,
                    const parser::Limits& parser_limits, const std::function<void(Input)>& take,
                    const std::function<void(const InputError&)>& unreadable) {
  // One byte more than is allowed shows that there are too many.
  const MostBytes most{.mail = mime_limits.message + 1, .file = parser_limits.decompressed + 1};
  const auto read_or_report = [&](const FoundFile& file) {
    try {
      read_file(file, most, take);
    } catch (const InputError& error) {
      unreadable(error);
    }
  };
  for (const auto& path : paths) walk(path, read_or_report, unreadable);
}

ReadMessage read_input(Ingester& ingester, const Input& input) {
  if (input.kind == Input::Kind::kMail) return ingester.read_mail(input.bytes);
  const auto filename = input.path == "-" ? std::string() : std::filesystem::path(input.path).filename().string();
  return ingester.read_file(input.bytes, filename);
}

}  // namespace tlsrpt::collector
