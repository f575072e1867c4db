#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/counts.hpp"
#include "collector/database.hpp"
#include "collector/import_message.hpp"
#include "collector/log.hpp"
#include "collector/output.hpp"
#include "collector/pipeline.hpp"
#include "collector/progress.hpp"
#include "collector/weight.hpp"

namespace tlsrpt::collector {

namespace {

bool is_quarantined(db::Outcome outcome) {
  return outcome == db::Outcome::kQuarantined || outcome == db::Outcome::kPartial;
}

// Collects messages and writes them a batch at a time.
class Importer {
 public:
  explicit Importer(const Config& config) : config_(config), database_(open_database(config)) {
    counts_.command = "import";
  }

  void take(db::NewMessage read) {
    auto message = renderer_.render(std::move(read));
    const auto more = weight(message);
    if (batch_.size() >= bounds_.batch_messages || weight_ + more > bounds_.batch_bytes) flush();
    weight_ += more;
    batch_.push_back(std::move(message));
    if (weight_ > bounds_.batch_bytes) flush();
  }

  void flush() {
    if (batch_.empty()) return;
    std::vector<std::string> sound;  // the source of each message, empty where something of it was rejected now
    for (const auto& [message, fields, reports] : batch_) {
      sound.push_back(message.quarantine.empty() ? message.source : "");
    }
    const auto written = db::write_batch(database_, std::nullopt, std::exchange(batch_, {}),
                                         {.quarantine_bytes = config_.quarantine_bytes});
    weight_ = 0;
    add(counts_, written.counts);
    for (std::size_t i = 0; i < sound.size(); ++i) {
      if (sound[i].empty() || !written.known[i] || !is_quarantined(written.outcomes[i])) continue;
      log::warning("{}: known, and in quarantine: `tlsrpt-collector reprocess` tries it again", sound[i]);
    }
  }

  const db::PollRun& finish(std::chrono::milliseconds elapsed) {
    flush();
    db::note_poll(database_, std::nullopt, counts_, elapsed);
    return counts_;
  }

 private:
  const Config& config_;
  const PipelineBounds bounds_{};
  db::Connection database_;
  db::Renderer renderer_;
  std::vector<db::RenderedMessage> batch_;
  std::size_t weight_ = 0;
  db::PollRun counts_;
};

}  // namespace

// The exit code follows sysexits.h and the README: a path that cannot be read outweighs an input that is bad.
ExitCode execute(const ImportOptions& options, const Config& config) {
  const auto begun = std::chrono::steady_clock::now();
  Importer importer(config);
  ImportReader reader(config);
  Progress progress("import");
  bool bad = false;
  bool missing = false;
  for_each_input(
      options.paths, config.mime_limits, config.parser_limits,
      [&](Input input) {
        progress.advance(1, input.bytes.size());
        auto message = reader.read(std::move(input));
        for (const auto& entry : message.quarantine) {
          bad = true;
          log::warning("{}: {}: {}", message.source, to_string(entry.rejection.reason), entry.rejection.detail);
        }
        importer.take(std::move(message));
      },
      [&](const InputError& error) {
        missing = true;
        log::error("{}", error.what());
      });
  const auto& counts =
      importer.finish(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun));
  Output output;
  output.write(describe(counts) + "\n");
  output.finish();
  if (missing) return ExitCode::kNoInput;
  bad = bad || counts.quarantined + counts.partial > 0;  // the database may have found more
  return bad ? ExitCode::kBadInput : ExitCode::kOk;
}

}  // namespace tlsrpt::collector
