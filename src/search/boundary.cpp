// Claim: Result::injective means that f has no collision with both points on the boundary of B(radius) n D. With one
// determinant sign on all cells inside (Cover) f is then injective on B(radius) n D (MATHEMATICS 4.2, n >= 2).
// Proof sketch: all pairs of parts are searched, and the parts cover the boundary: for the maximum norm the faces of
// the box U(radius); for the others the surface |u| = radius, kept as the boxes of U(radius) that meet it (a shell),
// and those faces of U(radius) that belong to D.
#include "search/boundary.h"

#include "search/far_pair.h"

namespace foldproof {

BoundaryPairs::BoundaryPairs(const Problem& problem, std::shared_ptr<const RegionNetwork> root, Incumbent& incumbent,
                             Control& control, Dispatch* dispatch)
    : problem_(problem),
      control_(control),
      pairs_(problem, root, incumbent, control,
             {{},
              [&problem, &incumbent, root](const Box& x, const Box& y, bool last) {
                return !last && find_far_pair(problem, *root, incumbent, x, y);
              },
              {},
              {},
              0.0},
             dispatch) {}

std::vector<PairSearch::Root> BoundaryPairs::parts_of(double radius) const {
  const Box ball = problem_.root(radius);
  const bool round = problem_.norm != Norm::linf;
  std::vector<PairSearch::Root> parts;
  if (round) parts.push_back({ball, true});
  for (std::size_t i = 0; i < ball.lower.size(); ++i) {
    for (const bool low : {true, false}) {
      if (round && (low ? -ball.lower[i] : ball.upper[i]) >= radius) continue;
      Box& face = parts.emplace_back(PairSearch::Root{ball}).box;
      (low ? face.upper : face.lower)[i] = low ? ball.lower[i] : ball.upper[i];
    }
  }
  return parts;
}

PairSearch::Result BoundaryPairs::run(double radius, std::uint64_t most_pairs) {
  std::vector<PairSearch::Root> parts = parts_of(radius);
  control_.emit([&](Observer& observer) { observer.boundary(radius, static_cast<int>(parts.size())); });
  return pairs_.run(std::move(parts), radius, most_pairs);
}

void BoundaryPairs::run_part(ByteReader& in, std::uint64_t most_pairs, PairRecorder& recorder, ByteWriter& out) {
  const double radius = in.number();
  pairs_.run_part(parts_of(radius), radius, false, in, most_pairs, recorder, out);
}

}  // namespace foldproof
