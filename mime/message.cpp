#include "mime/message.hpp"

#include <utility>

#include <fmt/format.h>

#include "mime/envelope.hpp"
#include "mime/header.hpp"
#include "mime/payload.hpp"
#include "mime/report_name.hpp"
#include "mime/text.hpp"
#include "mime/transfer_encoding.hpp"
#include "mime/walker.hpp"

namespace tlsrpt::mime {

namespace {

using parser::Reason;
using parser::Rejection;

// RFC 8460 §6.4 and §6.5: application/tlsrpt+json and +gzip; some senders have other suffixes, or none (mail-3).
bool is_tlsrpt_type(std::string_view media_type) {
  return iequals(media_type, "application/tlsrpt") || istarts_with(media_type, "application/tlsrpt+");
}

// Parts that people are to read, which may begin with a bracket. A part without a type is text (RFC 2045 §5.2).
bool is_for_people(std::string_view media_type) {
  return media_type.empty() || istarts_with(media_type, "text/") || istarts_with(media_type, "message/") ||
         istarts_with(media_type, "multipart/");
}

Attachment read_attachment(const Entity& part, std::size_t message) {
  Attachment attachment;
  attachment.part = part.number;
  attachment.message = message;
  attachment.filename = report_filename(part);
  attachment.labelled = is_tlsrpt_type(part.type.value) || is_tls_report_filename(attachment.filename);
  return attachment;
}

void take_leaf(const Entity& part, std::size_t within, const Limits& limits, Message& message) {
  Attachment attachment = read_attachment(part, within);
  message.says_tls_report = message.says_tls_report || attachment.labelled;
  message.says_dmarc_report = message.says_dmarc_report || is_dmarc_report_filename(attachment.filename);

  const Demand demand = attachment.labelled              ? Demand::kLabelled
                        : is_for_people(part.type.value) ? Demand::kText
                                                         : Demand::kBytes;
  const Payload payload = inspect(part.body, transfer_encoding(part.header.content_transfer_encoding), demand);
  if (!payload.is_report) return;
  if (message.attachments.size() == limits.attachments) {
    message.problem = Rejection{Reason::kTooManyAttachments,
                                fmt::format("at least {} parts may hold a report; limits.attachments is {}",
                                            limits.attachments + 1, limits.attachments)};
    return;
  }
  Decoded decoded = decode(part.body, payload.encoding);
  attachment.lenient_base64 = decoded.mended;
  attachment.body = std::move(decoded.bytes);
  message.attachments.push_back(std::move(attachment));
}

// RFC 8460 §5.3; RFC 6591, a DMARC failure report.
void note_report_type(const Content& type, Message& message) {
  const auto report_type = type.parameters.find("report-type");
  if (!report_type) return;
  if (iequals(*report_type, "tlsrpt")) message.says_tls_report = true;
  if (iequals(*report_type, "feedback-report")) message.says_dmarc_report = true;
}

// Of the block, or of as many of its whole lines as the bound allows, for whoever is to look at the message later.
Header bounded_header(std::string_view bytes, const Limits& limits) {
  const std::string_view block = header_block(skip_to_header(bytes));
  if (block.size() <= limits.header) return read_header(block);
  const std::string_view start = block.substr(0, limits.header);
  return read_header(start.substr(0, start.rfind('\n') + 1));
}

void take_envelope(const Header& header, Message& message) {
  message.envelope = read_envelope(header);
  message.says_tls_report = message.envelope.tls_report_domain || message.envelope.tls_report_submitter;
}

// The fields of a report that a mail quotes, as an answer does, do not say that it carries one. Its number, as in
// Attachment; `around` is that of the message around it.
std::size_t take_embedded(const Header& header, std::size_t around, Message& message) {
  Envelope envelope = read_envelope(header);
  for (const auto member :
       {&Envelope::tls_report_domain, &Envelope::tls_report_submitter, &Envelope::subject, &Envelope::from_domain}) {
    if (!(envelope.*member)) envelope.*member = message.envelope_of(around).*member;
  }
  message.embedded.push_back(std::move(envelope));
  return message.embedded.size();
}

void take_parts(std::string_view bytes, const Limits& limits, Message& message) {
  Walker walker(bytes, limits);
  const Entity* entity = walker.next();
  if (entity) {
    take_envelope(entity->header, message);
  } else {
    take_envelope(bounded_header(bytes, limits), message);
  }
  std::vector<std::size_t> open;  // the messages that the entity is in, outermost first
  for (; entity && !message.problem; entity = walker.next()) {
    if (entity->begins_message) {
      open.resize(entity->depth);
      open.push_back(entity->is_root ? 0 : take_embedded(entity->header, open.back(), message));
    }
    open.resize(entity->depth + 1);
    note_report_type(entity->type, message);
    if (entity->kind == Entity::Kind::kLeaf) take_leaf(*entity, open.back(), limits, message);
    if (entity->kind == Entity::Kind::kDeliveryStatus && entity->is_root) message.kind = Kind::kBounce;
  }
  if (!message.problem) message.problem = walker.problem();
}

}  // namespace

std::optional<Time> received_at(std::string_view bytes, const Limits& limits) {
  return time_of_receipt(bounded_header(bytes, limits));
}

Message read_message(std::string_view bytes, const Limits& limits) {
  Message message;
  if (bytes.size() > limits.message) {
    take_envelope(bounded_header(bytes, limits), message);
    message.problem = Rejection{Reason::kTooLarge,
                                fmt::format("the message is larger than limits.message, {} bytes", limits.message)};
    return message;
  }
  take_parts(skip_to_header(bytes), limits, message);
  // Both kinds of report have subjects of this form (RFC 7489 §7.2.1.1, RFC 8460 §5.3): only what is known to be no TLS
  // report is taken at that word.
  if (!message.says_tls_report && message.envelope.subject && is_report_subject(*message.envelope.subject)) {
    message.says_dmarc_report = true;
  }
  return message;
}

}  // namespace tlsrpt::mime
