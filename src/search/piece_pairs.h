// Exact collisions of any two linear pieces, near or far, for maps between any dimensions and for Problem 3.
#pragma once

#include "search/incumbent.h"

namespace foldproof {

/// Looks for a collision of the pieces at p and q (relative to the centre) nearer than the incumbent, and among their
/// neighbours for the nearest. True if the incumbent improved.
bool improve_by_pieces(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent,
                       const std::vector<double>& p, const std::vector<double>& q);
/// The same for pieces of two boxes: those at the middles, and `samples` more.
bool improve_in_boxes(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent, const Box& x,
                      const Box& y, int samples);

/// The same for neighbouring pieces along rays from the centre: folds and flat pieces, before a search begins.
void improve_along_rays(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent);

}  // namespace foldproof
