// foldproof preimages: the inputs with given outputs, in words, as a record and as a page.
#pragma once

#include "cli/request.h"

namespace foldproof::cli {

Preimages preimages_command(const Request& request);

}  // namespace foldproof::cli
