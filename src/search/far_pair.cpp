// Claim: only exact, verified collisions are offered; the LPs propose.
// Method: for pieces P, Q the collisions C_PQ = { (x, y) in cl P x cl Q : f_P(x) = f_Q(y) } form a polyhedron. A first
// LP finds z1 in C_PQ within the two (slightly grown, still disjoint) boxes, so off the diagonal. A second one
// minimises max(|x - c|, |y - c|) over all of C_PQ: its optimum z* may lie on the diagonal (a branch point or a fold),
// but then (1 - e) z* + e z1 is a collision off it for every e > 0, of radius as near to the optimum as we like (6.2).
// From the optimum, neighbouring pieces are tried until none is better.
#include "search/far_pair.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "search/pair_program.h"

namespace foldproof {

namespace {

Box grown(const Box& box, double by) {
  Box result = box;
  for (std::size_t i = 0; i < box.lower.size(); ++i) {
    result.lower[i] -= by;
    result.upper[i] += by;
  }
  return result;
}

std::vector<double> middle(const Box& box) {
  std::vector<double> result;
  for (std::size_t i = 0; i < box.lower.size(); ++i) result.push_back(0.5 * box.lower[i] + 0.5 * box.upper[i]);
  return result;
}

}  // namespace

bool find_far_pair(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent, const Box& x,
                   const Box& y) {
  const double upper = std::min(incumbent.upper(), problem.max_radius);
  const Box limits = problem.root(upper);
  double gap = 0.0;
  for (std::size_t i = 0; i < x.lower.size(); ++i) {
    gap = std::max({gap, x.lower[i] - y.upper[i], y.lower[i] - x.upper[i]});
  }
  if (!(gap > 0.0)) return false;
  const double growth = std::min(0.25 * gap, 0.05 * upper);
  std::vector<double> p = middle(x);
  std::vector<double> q = middle(y);
  PairProgram first(problem, root, p, q, limits);
  first.restrict_to(grown(x, growth), grown(y, growth));
  std::optional<PointPair> start = first.solve();
  if (!start) return false;

  // Descent over pieces.
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  PointPair best = *start;
  std::vector<double> best_p = p;
  std::vector<double> best_q = q;
  if (auto whole = PairProgram(problem, root, p, q, limits).solve()) best = *whole;
  for (int step = 0; step < 200 && !incumbent.should_stop(); ++step) {
    bool improved = false;
    if (apart(best) < 1e-9 * upper) break;  // on the diagonal: the pieces' own limit
    for (int attempt = 0; attempt < 12 && !improved; ++attempt) {
      const double scale = attempt % 3 == 0 ? 1e-3 : attempt % 3 == 1 ? 1e-5 : 1e-7;
      p = best.x;
      q = best.y;
      for (std::size_t i = 0; i < p.size(); ++i) {
        p[i] = p[i] * (1.0 - scale) + scale * upper * uniform(random);
        q[i] = q[i] * (1.0 - scale) + scale * upper * uniform(random);
      }
      PairProgram program(problem, root, p, q, limits);
      program.start_near(best);
      const auto next = program.solve(best.radius * (1.0 - 1e-9));
      if (next && next->radius < best.radius * (1.0 - 1e-9) && apart(*next) > 0.5 * apart(best)) {
        best = *next;
        best_p = p;
        best_q = q;
        improved = true;
      }
    }
    if (!improved) break;
  }

  // The optimum may lie on cells that meet C_PQ in a face only: prefer neighbours that hold it with room to spare.
  PairProgram pieces(problem, root, best_p, best_q, limits);
  auto inner = pieces.deepest();
  for (int attempt = 0; attempt < 60 && !incumbent.should_stop() && !(inner && inner->slack > 1e-9 * upper);
       ++attempt) {
    const double scale = upper * (attempt % 2 == 0 ? 1e-4 : 1e-6);
    p = best.x;
    q = best.y;
    for (std::size_t i = 0; i < p.size(); ++i) {
      p[i] += scale * uniform(random);
      q[i] += scale * uniform(random);
    }
    PairProgram neighbour(problem, root, p, q, limits);
    neighbour.start_near(best);
    const auto optimum = neighbour.solve(best.radius * (1.0 + 1e-9));
    if (!optimum || optimum->radius > best.radius * (1.0 + 1e-9) || !(apart(*optimum) > 0.5 * apart(best))) continue;
    pieces = neighbour;
    inner = neighbour.deepest();
  }
  if (!inner || !(apart(*inner) > 0.0)) return false;
  const bool diagonal = apart(best) < 1e-7 * upper;
  bool improved = false;
  for (int attempt = 0; attempt < 40 && !improved; ++attempt) {
    double e =
        std::ldexp(problem.gap / 16.0, -attempt) * std::max(best.radius, 1e-300) / std::max(inner->radius, 1e-300);
    if (attempt >= 20) e = std::ldexp(1.0, attempt - 40);  // wider steps where the narrow ones are lost in rounding
    e = std::min(e, 1.0);
    auto collision =
        pair_on_pieces(problem, pieces.pattern(0), pieces.pattern(1), absolute(problem, blend(best.x, inner->x, e)),
                       absolute(problem, blend(best.y, inner->y, e)));
    if (!collision) continue;
    improved = incumbent.offer(std::move(*collision), diagonal ? "branch" : "collision");
  }
  return improved;
}

}  // namespace foldproof
