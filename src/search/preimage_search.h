// All preimages of many values in one box.
#pragma once

#include <string>
#include <vector>

#include "question/preimage.h"
#include "search/control.h"

namespace foldproof {

struct PreimageResult {
  Fibre fibre;               ///< the value, the preimages and flat segments found
  std::string tree;          ///< of the cover of points in the proof: lines with line feeds between them
  std::uint64_t leaves = 0;  ///< of this tree
  std::uint64_t open = 0;    ///< leaves `?`: boxes about which nothing is claimed
};

/// For each value, a cover of the domain box of the problem (whose centre is its middle). With open = 0 the points, and
/// the preimages on pieces that hold its segments, are all preimages in the box.
std::vector<PreimageResult> search_preimages(const Problem& problem, const std::vector<std::vector<Rational>>& values,
                                             Control& control);

}  // namespace foldproof
