// Problem 3: the largest ball on which B is a function of A.
#pragma once

#include "search/radius_search.h"

namespace foldproof {

/// The bracket of r_AB = sup { r : A(x) = A(y) implies B(x) = B(y) on B(r) n D }. `joint` is about both networks as one
/// (Problem::outputs_of_a), `a` the same question about A alone, with the same neurons of A.
RadiusResult search_factor(const Problem& joint, const Problem& a, Control& control);

}  // namespace foldproof
