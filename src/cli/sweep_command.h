// One question at many points: a table that grows while they are answered, then the record and the page.
#pragma once

#include "cli/request.h"

namespace foldproof::cli {

enum class SweepEnd { kAnswered, kStopped, kRefused };

/// @pre request.sweep or request.along
SweepEnd sweep_command(const Request& request, PointQuestion question);

}  // namespace foldproof::cli
