// One cube test of a whole ball: the cheapest proof (MATHEMATICS 2.5).
#pragma once

#include "question/problem.h"
#include "search/control.h"

namespace foldproof {

/// The largest radius reached by doubling from `start` (or from next to nothing, if that is 0) up to `limit` whose
/// whole ball passes one cube test; 0 if none does.
double whole_ball(const Problem& problem, const RegionNetwork& root, Control& control, double start, double limit);

}  // namespace foldproof
