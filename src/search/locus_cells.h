// A leaf of a cover of J0 by its exact cells (docs/certificate.md, 4.3 and 4.4, locus covers).
#pragma once

#include <optional>
#include <string>

#include "question/problem.h"
#include "search/control.h"

namespace foldproof {

struct LocusLeaf {
  int sign = 0;      ///< +1, -1: all cells that touch the box have it; 0: the box holds a point of J0
  std::string line;  ///< `c ...` or `b ...`
};

/// Nothing if there are more than `most_unstable` undecided neurons, too many cells, or if the run must stop.
/// @pre square, with a domain
std::optional<LocusLeaf> locus_by_cells(const Problem& problem, const RegionNetwork& root, const Box& box,
                                        int most_unstable, Control& control);

}  // namespace foldproof
