#include "collector/imap/fetch_item.hpp"

#include <string_view>

#include "collector/imap/ascii.hpp"
#include "collector/imap/internal_date.hpp"

namespace tlsrpt::imap {

namespace {

void read_value(FetchItem& item, std::string_view name, TokenCursor& data) {
  if (equals_ignoring_case(name, "UID")) {
    item.uid = data.uid();
  } else if (equals_ignoring_case(name, "RFC822.SIZE")) {
    item.size = data.number();
  } else if (equals_ignoring_case(name, "INTERNALDATE")) {
    const auto text = data.nstring();
    if (text) item.internal_date = parse_internal_date(text->bytes);
  } else if (starts_ignoring_case(name, "BODY[") || equals_ignoring_case(name, "RFC822")) {
    item.body = data.nstring();
  } else {
    data.skip_value();
  }
}

}  // namespace

FetchItem read_fetch_item(TokenCursor& data) {
  FetchItem item;
  data.expect('(');
  while (!data.take(')')) {
    const std::string_view name = data.item_name();
    data.expect(' ');
    read_value(item, name, data);
    while (data.take(' ')) {
    }
  }
  return item;
}

}  // namespace tlsrpt::imap
