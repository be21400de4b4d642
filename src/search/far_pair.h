// Exact collisions of two distant points, from a pair of boxes that no test could separate (MATHEMATICS 6.1, 6.2).
#pragma once

#include "search/incumbent.h"

namespace foldproof {

/// Looks for x in X, y in Y with f(x) = f(y) on the linear pieces around, brings the pair as near to the centre as
/// those pieces and their neighbours allow, and offers it to the incumbent. True if the incumbent improved.
/// @pre X and Y are disjoint.
bool find_far_pair(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent, const Box& x, const Box& y);

}  // namespace foldproof
