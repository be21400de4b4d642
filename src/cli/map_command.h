// The questions about polynomial maps: their preimages and their fold.
#pragma once

#include "cli/request.h"

namespace foldproof::cli {

// @pre of both: names_map(request.network)
/// True if the answer is complete.
bool map_preimages_command(const Request& request);
bool map_fold_command(const Request& request);

}  // namespace foldproof::cli
