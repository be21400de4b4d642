// The global part for square maps: f is injective on the boundary of the ball (MATHEMATICS 4.2).
#pragma once

#include "search/pair_search.h"

namespace foldproof {

class BoundaryPairs {
 public:
  /// With a dispatch (may be null), parts are searched elsewhere.
  BoundaryPairs(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent,
                Control& control, Dispatch* dispatch);

  /// All pairs of parts of the boundary of B(radius) n D; at most `most_pairs`. `injective`: no collision with both
  /// points on its boundary, proved.
  PairSearch::Result run(double radius, std::uint64_t most_pairs);
  const std::optional<Box>& resisting() const { return pairs_.resisting(); }
  /// At a worker: as PairSearch::run_part.
  void run_part(ByteReader& in, std::uint64_t most_pairs, PairRecorder& recorder, ByteWriter& out);

 private:
  std::vector<PairSearch::Root> parts_of(double radius) const;

  const Problem& problem_;
  Control& control_;
  PairSearch pairs_;
};

}  // namespace foldproof
