#include "collector/imap/folder.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "collector/edit_distance.hpp"
#include "collector/imap/ascii.hpp"
#include "collector/imap/utf7.hpp"

namespace tlsrpt::imap {

namespace {

using Kind = Error::Kind;

constexpr std::size_t kMostNames = 1000;  // looked at to suggest some
constexpr std::size_t kSuggestions = 3;

struct ListedFolder {
  std::string name;       // UTF-8 where the server's name is modified UTF-7
  std::string delimiter;  // empty where the server has no hierarchy
};

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// RFC 9051 §7.3.1: (flags) delimiter name.
ListedFolder read_list(TokenCursor& data) {
  data.skip_value();
  data.expect(' ');
  const auto delimiter = data.nstring();
  data.expect(' ');
  const auto name = data.nstring();
  const std::string raw = name ? name->bytes : "NIL";  // a folder may be called so
  return {.name = from_utf7(raw).value_or(raw), .delimiter = delimiter ? delimiter->bytes : ""};
}

// `pattern` as LIST takes it, quoted. NO and BAD count as an empty list.
std::vector<ListedFolder> list_folders(Client& client, std::string_view pattern) {
  std::vector<ListedFolder> folders;
  (void)client.run(fmt::format("LIST \"\" {}", pattern), [&](Untagged& untagged) {
    if (!equals_ignoring_case(untagged.name, "LIST") || folders.size() == kMostNames) return;
    try {
      folders.push_back(read_list(untagged.data));
    } catch (const SyntaxError&) {
      // One that cannot be read is none that could be meant.
    }
  });
  return folders;
}

std::string_view last_part(std::string_view name, std::string_view delimiter) noexcept {
  const std::size_t cut = delimiter.empty() ? std::string_view::npos : name.rfind(delimiter);
  return cut == std::string_view::npos ? name : name.substr(cut + delimiter.size());
}

// "Reports" is most like "INBOX.Reports". Smaller is more alike.
std::size_t difference(const ListedFolder& listed, std::string_view wanted) {
  using collector::edit_distance;
  const std::size_t of_last_parts =
      edit_distance(last_part(listed.name, listed.delimiter), last_part(wanted, listed.delimiter));
  return of_last_parts == 0 ? 0 : edit_distance(listed.name, wanted);
}

std::string suggestions(Client& client, std::string_view wanted) try {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const ListedFolder& listed : list_folders(client, "\"*\"")) {
    ranked.emplace_back(difference(listed, wanted), listed.name);
  }
  const std::size_t count = std::min(kSuggestions, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count), ranked.end());
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += fmt::format("{}{}", i == 0 ? "; the most similar there: " : ", ", client.errors().quoted(ranked[i].second));
  }
  return text;
} catch (const Error&) {
  return {};  // the folder is missing all the same
}

void take_folder_item(Folder& folder, const Untagged& untagged) {
  if (untagged.number && equals_ignoring_case(untagged.name, "EXISTS")) folder.exists = *untagged.number;
  if (!untagged.status) return;
  const auto value = parse_number(untagged.status->arguments);
  if (!value) return;
  if (untagged.status->has_code("UIDVALIDITY")) folder.uid_validity = *value;
  if (untagged.status->has_code("UIDNEXT") && *value > 0) {
    if (*value - 1 > kGreatestUid) throw SyntaxError("UIDNEXT is beyond 63 bits");
    folder.uid_next = value;
  }
}

}  // namespace

std::string folder_argument(std::string_view folder) {
  std::string argument = "\"";
  for (const char c : to_utf7(folder)) {
    if (c == '"' || c == '\\') argument += '\\';
    argument += c;
  }
  return argument += '"';
}

Folder open_folder(Client& client, std::string_view verb, std::string_view name) {
  Folder folder;
  const Completion completion = client.run(fmt::format("{} {}", verb, folder_argument(name)),
                                           [&](Untagged& untagged) { take_folder_item(folder, untagged); });
  if (completion.condition == Status::Condition::kNo && !completion.status().is_temporary()) {
    throw client.errors().error(
        Kind::kFolderMissing,
        fmt::format("folder {} cannot be opened: server answers {}{}", client.errors().quoted(name),
                    client.errors().quoted(completion.line), suggestions(client, name)));
  }
  client.require_ok(completion);
  if (folder.uid_validity == 0) {
    throw client.errors().error(Kind::kProtocol,
                                fmt::format("folder {} has no UIDVALIDITY", client.errors().quoted(name)));
  }
  return folder;
}

bool folder_exists(Client& client, std::string_view folder) {
  const auto listed = list_folders(client, folder_argument(folder));
  return std::ranges::any_of(listed, [=](const ListedFolder& entry) { return entry.name == folder; });
}

void create_folder(Client& client, std::string_view folder) {
  const Completion completion = client.run(fmt::format("CREATE {}", folder_argument(folder)));
  if (completion.is_ok() || completion.status().has_code("ALREADYEXISTS")) return;
  if (completion.condition == Status::Condition::kNo && !completion.status().is_temporary()) {
    throw client.failure(Kind::kFolderMissing, completion);
  }
  client.require_ok(completion);
}

}  // namespace tlsrpt::imap
