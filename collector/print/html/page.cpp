#include "collector/print/html/page.hpp"

#include <fmt/format.h>

#include "collector/print/html/assets.hpp"

namespace tlsrpt::collector {
namespace {

std::string content_security_policy() {
  // A data: image is the empty icon, for which a browser would ask the server otherwise.
  return fmt::format(
      "default-src 'none'; script-src '{}' '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
      chart_library().hash, page_script().hash, page_style().hash);
}

void write_asset(HtmlWriter& html, std::string_view tag, const Asset& asset) {
  html.open(tag);
  for (const auto& piece : asset.pieces) html.verbatim(piece);
  html.close().verbatim("\n");
}

}  // namespace

std::string html_page(std::string_view title, const std::function<void(HtmlWriter&)>& write_body) {
  HtmlWriter html;
  html.verbatim("<!DOCTYPE html>\n").open("html", {{"lang", "en"}}).open("head");
  html.empty("meta", {{"charset", "utf-8"}});
  html.empty("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", content_security_policy()}});
  html.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
  html.empty("link", {{"rel", "icon"}, {"href", "data:,"}});
  html.element("title", title).verbatim("\n");
  write_asset(html, "style", page_style());
  html.close().verbatim("\n").open("body");
  write_body(html);
  html.verbatim("\n");
  write_asset(html, "script", chart_library());
  write_asset(html, "script", page_script());
  html.close().close().verbatim("\n");
  return html.take();
}

}  // namespace tlsrpt::collector
