#pragma once

#include <optional>
#include <string>

#include "collector/command_line.hpp"
#include "collector/config.hpp"
#include "collector/exit_code.hpp"

// One function a command, each in commands/NAME.cpp. Results go to an Output, all else to the log. What ends the whole
// command is thrown, and main() turns it into a log line and an exit code (reaction.hpp); what concerns one mailbox or
// one input of several is logged and counted in the exit code returned.
namespace tlsrpt::collector {

// Need no configuration.
[[nodiscard]] ExitCode execute(const HelpOptions& options);
[[nodiscard]] ExitCode execute(const ParseOptions& options);

// Reads the configuration itself, to say what is wrong with it: `config_option` is -c FILE.
[[nodiscard]] ExitCode execute(const CheckOptions& options, const std::optional<std::string>& config_option);

[[nodiscard]] ExitCode execute(const RunOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const CollectOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const BackfillOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const ImportOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const ReportOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const QuarantineListOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const QuarantineShowOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const QuarantineDropOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const ReprocessOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const MigrateOptions& options, const Config& config);
[[nodiscard]] ExitCode execute(const PruneOptions& options, const Config& config);

}  // namespace tlsrpt::collector
