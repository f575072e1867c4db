#include "parser/report_handler.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "parser/mender.hpp"

namespace tlsrpt::parser {
namespace {

constexpr std::uint32_t bit(Member member) {
  return 1u << static_cast<unsigned>(member);
}

bool is_report(std::uint32_t members) {
  return (members & (bit(Member::kDateRange) | bit(Member::kPolicies))) != 0 && std::popcount(members) >= 2;
}

bool says_nothing(const Scalar& scalar) {
  return scalar.null() || scalar.text.empty();
}

}  // namespace

void ReportHandler::start(JsonStream& stream, bool keep_text, bool mended) {
  stream_ = &stream;
  keep_text_ = keep_text;
  mended_ = mended;
  stopped_ = inside_array_ = false;
  path_.frames.clear();
  depth_ = skipped_ = 0;
  findings_.clear();
}

Member ReportHandler::member() const noexcept {
  if (path_.frames.empty()) return Member::kDocument;
  const Frame& frame = path_.frames.back();
  return frame.array ? element_of(frame.context) : frame.slot.member;
}

bool ReportHandler::inside_report() const noexcept {
  return std::any_of(path_.frames.begin(), path_.frames.end(),
                     [](const Frame& frame) { return frame.context == Context::kReport && is_report(frame.seen); });
}

bool ReportHandler::scalar(Scalar scalar) {
  if (mended_ && scalar.kind == ScalarKind::kString) {
    scalar.raw_control_character = take_off_marks(scalar.text, unmarked_);
    scalar.text = unmarked_;
  }
  if (scalar.text.size() > limits_.string) {
    return stop(Reason::kStringTooLong,
                fmt::format("a JSON string is longer than {} bytes (limits.string)", limits_.string));
  }
  if (skipping()) return true;
  const Member member = this->member();
  if (member == Member::kDocument) {
    no_report("no object");
  } else if (member != Member::kUnknown && !(says_nothing(scalar) && path_.frames.back().is_repeat)) {
    builder_.value(member, scalar);
  }
  value_read();
  return true;
}

bool ReportHandler::key(std::string_view name) {
  if (name.size() > limits_.string) {
    return stop(Reason::kStringTooLong,
                fmt::format("a JSON key is longer than {} bytes (limits.string)", limits_.string));
  }
  if (skipped_ > 0) return true;
  Frame& frame = path_.frames.back();
  frame.slot = find_slot(frame.context, name);
  const Member member = frame.slot.member;
  if (member == Member::kUnknown) return true;
  if (builder_.rejected()) {  // what is still of interest: whether this is a report at all
    frame.seen |= bit(member);
    return true;
  }
  const bool repeated = (frame.seen & bit(member)) != 0;
  if (frame.slot.alias) frame.aliased |= bit(member);
  frame.is_repeat = repeated && (frame.aliased & bit(member)) != 0;
  if (repeated) builder_.deviate(DeviationCode::kDuplicateKey);
  if (frame.slot.alias) builder_.deviate(DeviationCode::kAliasKey, name);
  frame.seen |= bit(member);
  return true;
}

bool ReportHandler::begin(ContainerKind kind) {
  if (++depth_ > limits_.json_depth) {
    return stop(Reason::kJsonTooDeep,
                fmt::format("the JSON is nested more than {} deep (limits.json_depth)", limits_.json_depth));
  }
  if (skipping()) {
    ++skipped_;
    return true;
  }
  const bool array = kind == ContainerKind::kArray;
  const Member member = this->member();
  Context context = array ? array_in(member) : object_in(member);
  if (array && path_.frames.empty()) context = Context::kReports;
  if (context == Context::kNone) {
    if (member != Member::kUnknown && member != Member::kDocument) {
      builder_.misplaced(member, array ? "an array" : "an object");
    }
    skipped_ = 1;
    return true;
  }
  if (context == Context::kReports) inside_array_ = true;
  if (context == Context::kReport) {
    builder_.begin();
    if (keep_text_) stream_->feed().keep_from(stream_->position());
  }
  builder_.enter(context, member);
  if (builder_.rejected()) {
    skipped_ = 1;
    return true;
  }
  path_.frames.push_back(Frame{.context = context, .array = array});
  return true;
}

bool ReportHandler::end() {
  --depth_;
  if (skipped_ > 0) {
    if (--skipped_ > 0 || builder_.rejected()) return true;
    if (member() == Member::kDocument) no_report("no object");
    value_read();
    return true;
  }
  const Context context = path_.frames.back().context;
  if (context == Context::kReport) {
    finish_report();
  } else if (!builder_.rejected()) {
    builder_.leave(context);
  }
  path_.frames.pop_back();
  value_read();
  return true;
}

void ReportHandler::value_read() noexcept {
  if (!path_.frames.empty()) ++path_.frames.back().index;
}

void ReportHandler::finish_report() {
  std::string raw;
  if (keep_text_) raw = stream_->feed().kept_until(stream_->position() + 1);  // '}' itself is still ahead
  if (!is_report(path_.frames.back().seen)) {
    builder_.discard();
    no_report("too few of a report's members");
    return;
  }
  std::variant<ParsedReport, Rejection> report = builder_.finish();
  if (auto* const parsed = std::get_if<ParsedReport>(&report)) {
    parsed->raw = std::move(raw);
    if (inside_array_)
      parsed->deviations.insert(parsed->deviations.begin(), Deviation{DeviationCode::kWrappedInArray, "", ""});
    findings_.push_back({"", std::move(*parsed)});
  } else {
    findings_.push_back({.suffix = "", .what = std::move(std::get<Rejection>(report)), .recognised = true});
  }
}

void ReportHandler::no_report(std::string detail) {
  allowance_.spend_memory(sizeof(Finding));
  findings_.push_back({"", NotAReport{NotAReport::Kind::kOther, std::move(detail)}});
}

bool ReportHandler::stop(Reason reason, std::string detail) {
  stopped_ = true;
  abandon({reason, std::move(detail)});
  return false;
}

void ReportHandler::abandon(Rejection rejection) {
  findings_.push_back({.suffix = "", .what = std::move(rejection), .recognised = inside_report()});
}

}  // namespace tlsrpt::parser
