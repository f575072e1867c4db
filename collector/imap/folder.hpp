#pragma once

#include <string>
#include <string_view>

#include "collector/imap/client.hpp"
#include "collector/imap/session.hpp"

// Folders, by the server's own names in UTF-8.
namespace tlsrpt::imap {

// As a command's argument: modified UTF-7 in quotation marks. Modified UTF-7 is printable ASCII, so no name can end the
// string or the line.
[[nodiscard]] std::string folder_argument(std::string_view folder);

// `verb` is SELECT or EXAMINE. Throws kFolderMissing after a NO, with similar names in its text.
[[nodiscard]] Folder open_folder(Client& client, std::string_view verb, std::string_view folder);

[[nodiscard]] bool folder_exists(Client& client, std::string_view folder);

// Does nothing where it exists already.
void create_folder(Client& client, std::string_view folder);

}  // namespace tlsrpt::imap
