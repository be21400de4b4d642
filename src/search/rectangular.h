// Problem 1 for maps to another number of outputs than inputs.
#pragma once

#include <memory>

#include "search/incumbent.h"
#include "search/pair_search.h"
#include "search/radius_search.h"

namespace foldproof {

/// Fewer outputs than inputs: no ball is injective.
RadiusResult search_wide(const Problem& problem, Incumbent& incumbent, Control& control);

/// The rules of all pairs, with more outputs than inputs. Refers to its arguments.
PairSearch::Rules rules_of_tall(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent,
                                const PairCells& exact);

/// More outputs than inputs.
RadiusResult search_tall(const Problem& problem, const std::shared_ptr<const RegionNetwork>& root, Incumbent& incumbent,
                         Control& control);

/// What one cube test of the whole ball, and then one preconditioner, prove of a map with more outputs than inputs: a
/// first lower bound, for search_tall() and for Problem 3. The dispatch may be null.
RadiusResult cheap_proofs(const Problem& problem, const std::shared_ptr<const RegionNetwork>& root,
                          const Incumbent& incumbent, Control& control, Dispatch* dispatch);

/// Collisions next to the centre, of random pairs of the linear pieces that meet there.
void shake_centre(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent);

/// Pairs of the whole ball: collisions and exact cells of the linear pieces at a pair of boxes. Refers to its
/// arguments.
PairSearch::Rules rules_of_pieces(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent,
                                  const PairCells& exact);

}  // namespace foldproof
