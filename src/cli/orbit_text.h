// Orbits as a table and in words.
#pragma once

#include <string>

#include "foldproof/dynamics.h"

namespace foldproof::cli {

/// One point a line, in shortest decimals that name the doubles; the first line is a comment, `command`.
std::string orbit_csv(const Orbit& orbit, const std::string& command);
std::string orbit_text(const Orbit& orbit, const std::string& file);

}  // namespace foldproof::cli
