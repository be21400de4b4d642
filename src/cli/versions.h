// What `foldproof --version` says: this program and what it was built with.
#pragma once

#include <string>

namespace foldproof::cli {

std::string versions();

}  // namespace foldproof::cli
