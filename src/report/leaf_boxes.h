// The leaf boxes of a proof, as many as a picture can bear.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "report/region.h"

namespace foldproof {

/// {"shown", "total", "tests": {test: [[low, high, ...] per axis, ...]}}: the leaves that meet the slice through the
/// centre along these axes. What is left out is said in `notes`.
Json leaf_boxes(const Answer& answer, const Region& region, const std::vector<std::size_t>& axes,
                std::set<std::string>& notes);

}  // namespace foldproof
