#pragma once

#include "collector/print/html/writer.hpp"
#include "db/summary.hpp"

// The parts of the page. Each writes nothing where there is nothing to say.
namespace tlsrpt::collector {

void write_verdict(HtmlWriter& html, const db::Summary& summary);
void write_open_incidents(HtmlWriter& html, const db::Summary& summary);
void write_resolved_incidents(HtmlWriter& html, const db::Summary& summary);

// Sessions and failures by day, failures by kind and host, incidents in time.
void write_charts(HtmlWriter& html, const db::Summary& summary);

// Who reported on which day.
void write_calendar(HtmlWriter& html, const db::Summary& summary);

void write_domains(HtmlWriter& html, const db::Summary& summary);
void write_reporters(HtmlWriter& html, const db::Summary& summary);
void write_silent(HtmlWriter& html, const db::Summary& summary);
void write_policies(HtmlWriter& html, const db::Summary& summary);
void write_readiness(HtmlWriter& html, const db::Summary& summary);
void write_ingest(HtmlWriter& html, const db::Summary& summary);  // mailboxes and quarantine, or the files read

}  // namespace tlsrpt::collector
