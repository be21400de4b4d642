// Ctrl-C and SIGTERM ask the search to stop; a second one ends the program at once.
#pragma once

#include <atomic>

namespace foldproof::cli {

/// From now on the first SIGINT or SIGTERM sets the flag returned here.
const std::atomic<bool>& stop_on_signals();

}  // namespace foldproof::cli
