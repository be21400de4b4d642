// Claim: Result::injective means that f has no collision with both points on the boundary of B(radius) n D. With one
// determinant sign on all cells inside (Cover) f is then injective on B(radius) n D (MATHEMATICS 4.2, n >= 2).
// Proof sketch: the faces cover the boundary, and all pairs of faces are searched.
#include "search/boundary.h"

namespace foldproof {

BoundaryPairs::BoundaryPairs(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent,
                             Control& control)
    : problem_(problem), control_(control), pairs_(problem, std::move(root), incumbent, control) {}

PairSearch::Result BoundaryPairs::run(double radius, std::uint64_t most_pairs) {
  const Box ball = problem_.root(radius);
  std::vector<Box> faces;
  for (std::size_t i = 0; i < ball.lower.size(); ++i) {
    for (const bool low : {true, false}) {
      Box& face = faces.emplace_back(ball);
      (low ? face.upper : face.lower)[i] = low ? ball.lower[i] : ball.upper[i];
    }
  }
  control_.emit([&](Observer& observer) { observer.boundary(radius, static_cast<int>(faces.size())); });
  return pairs_.run(std::move(faces), radius, most_pairs);
}

}  // namespace foldproof
