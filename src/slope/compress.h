// From the slope matrices of a map to those of a square one, for the cube test.
#pragma once

#include <vector>

#include "bounds/region_network.h"

namespace foldproof {

/// Only these columns of J(s) (empty: all), and Z J(s) in place of J(s), with Z the transpose of J at the middle slopes,
/// if more rows than columns are left: where Z J(s) is nonsingular, J(s) has full column rank (MATHEMATICS 2.5).
/// False if there are fewer rows than columns: then no rank can be full. A square J(s) of all columns is left alone.
bool make_square(SlopeMatrices& matrices, const std::vector<int>& columns);

}  // namespace foldproof
