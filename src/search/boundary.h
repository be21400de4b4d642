// The global part for square maps: f is injective on the boundary of the ball (MATHEMATICS 4.2).
#pragma once

#include "search/pair_search.h"

namespace foldproof {

class BoundaryPairs {
 public:
  BoundaryPairs(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent,
                Control& control);

  /// All pairs of parts of the boundary of B(radius) n D; at most `most_pairs`. `injective`: no collision with both points on its
  /// boundary, proved.
  PairSearch::Result run(double radius, std::uint64_t most_pairs);
  const std::optional<Box>& resisting() const { return pairs_.resisting(); }

 private:
  const Problem& problem_;
  Control& control_;
  PairSearch pairs_;
};

}  // namespace foldproof
