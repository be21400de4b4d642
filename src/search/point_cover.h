// Problem 2: the ball around the centre in which no other point has the centre's image (MATHEMATICS 7.1).
#pragma once

#include "search/radius_search.h"

namespace foldproof {

/// lower: c is the only preimage of f(c) in B(lower) n D, proved by "points"; x of the collision is the centre, its
/// kind is preimage or flat.
RadiusResult search_pseudo(const Problem& problem, Control& control);

}  // namespace foldproof
