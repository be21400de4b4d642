// Orbits x, f(x), f(f(x)), ... in double precision, and what they settle down to.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "foldproof/dynamics.h"

namespace foldproof {

using Step = std::function<std::vector<double>(const std::vector<double>&)>;

/// `skip` steps unseen, then `steps` more; the points after the skipped ones, the first of them included.
Orbit iterate(const Step& step, const std::vector<double>& start, const OrbitOptions& options);

}  // namespace foldproof
