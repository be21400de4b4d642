// The questions about polynomial maps: their preimages and their fold.
#pragma once

#include "cli/request.h"

namespace foldproof::cli {

/// True if the answer is complete. @pre names_map(request.network)
bool map_preimages_command(const Request& request);
void map_fold_command(const Request& request);

}  // namespace foldproof::cli
