// The exact leaf: all linear pieces of a small box, where slope tests stall (MATHEMATICS 2.6, 6.4).
#pragma once

#include "question/problem.h"

namespace foldproof {

/// True only if every full-dimensional cell that meets the interior of the box has a Jacobian determinant of this
/// sign, proved in exact arithmetic. Gives up (false) on more than `most_unstable` undecided neurons.
/// @pre sign is +1 or -1; the box is in coordinates relative to the centre.
bool cells_have_sign(const Problem& problem, const RegionNetwork& root, const Box& box, int sign, int most_unstable);

}  // namespace foldproof
