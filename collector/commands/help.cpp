#include "collector/commands/command.hpp"
#include "collector/output.hpp"

namespace tlsrpt::collector {

ExitCode execute(const HelpOptions& options) {
  Output output;
  output.write(options.text);
  output.finish();
  return ExitCode::kOk;
}

}  // namespace tlsrpt::collector
