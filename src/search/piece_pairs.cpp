// Claim: only exact, verified collisions are offered; the LPs propose.
// Method (MATHEMATICS 6.1, 6.2): C_PQ, the pairs of points of the pieces P and Q with the same output, is a polyhedron.
// One LP finds its point z* nearest to the centre; another finds a point z1 of it off the diagonal (Problem 3: with
// different outputs of B), if there is one. Then (1 - e) z* + e z1 is a collision for all e > 0 but at most one, of
// radius as near to that of z* as we like. P = Q gives flat pieces, adjacent ones folds, others collisions far away.
// From z*, neighbouring pieces are tried until none is nearer. The pair is then solved for in rationals.
#include "search/piece_pairs.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "search/pair_program.h"

namespace foldproof {

namespace {

struct Found {
  PairProgram program;
  PointPair nearest, off;
};

std::vector<double> weights_for(const Problem& problem, std::mt19937_64& random) {
  const int count =
      problem.outputs_of_a > 0 ? problem.network->output_count() - problem.outputs_of_a : problem.network->inputs;
  std::uniform_real_distribution<double> uniform(0.5, 1.0);
  std::vector<double> weights;
  for (int w = 0; w < count; ++w) weights.push_back((random() & 1U) != 0 ? uniform(random) : -uniform(random));
  return weights;
}

std::string kind_of(const Problem& problem, const Found& found, double upper) {
  if (found.program.pattern(0) == found.program.pattern(1)) return "flat";
  if (apart(found.nearest) > 1e-7 * upper) return "collision";
  const bool square = problem.outputs_of_a == 0 && problem.network->inputs == problem.network->output_count();
  return square ? "branch" : "fold";
}

}  // namespace

bool improve_by_pieces(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent,
                       const std::vector<double>& p, const std::vector<double>& q) {
  const double upper = std::min(incumbent.upper(), problem.max_radius);
  if (incumbent.radius_is_zero()) return false;
  const Box limits = problem.root(upper);
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  const std::vector<double> weights = weights_for(problem, random);
  const auto look = [&](const std::vector<double>& x, const std::vector<double>& y,
                        double below) -> std::optional<Found> {
    PairProgram program(problem, root, x, y, limits);
    auto nearest = program.solve(below);
    if (!nearest || !(nearest->radius < below)) return std::nullopt;
    auto off = PairProgram(program).off_diagonal(weights);
    if (!off) return std::nullopt;
    return Found{std::move(program), std::move(*nearest), std::move(*off)};
  };
  std::optional<Found> best = look(p, q, upper);
  if (!best) return false;
  for (int step = 0; step < 200 && !incumbent.should_stop(); ++step) {
    std::optional<Found> nearer;
    for (int attempt = 0; attempt < 12 && !nearer; ++attempt) {
      const double scale = attempt % 3 == 0 ? 1e-3 : attempt % 3 == 1 ? 1e-5 : 1e-7;
      std::vector<double> x = best->nearest.x;
      std::vector<double> y = best->nearest.y;
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = x[i] * (1.0 - scale) + scale * upper * uniform(random);
        y[i] = y[i] * (1.0 - scale) + scale * upper * uniform(random);
      }
      nearer = look(x, y, best->nearest.radius * (1.0 - 1e-9));
    }
    if (!nearer) break;
    best = std::move(nearer);
  }
  // At the centre itself a pair within the cone will do: it can be drawn in.
  const bool at_centre = best->nearest.radius <= 1e-9 * problem.max_radius && incumbent.cone_radius() > 0.0;
  const double size = std::max(best->off.radius, 1e-300);
  for (int attempt = 0; attempt < 40; ++attempt) {
    double e = at_centre ? 0.5 * incumbent.cone_radius() / size : problem.gap / 16.0 * best->nearest.radius / size;
    e = std::ldexp(std::min(e, 1.0), -attempt);
    if (attempt >= 20) e = std::ldexp(1.0, attempt - 40);  // wider steps where the narrow ones are lost in rounding
    auto collision = pair_on_pieces(problem, best->program.pattern(0), best->program.pattern(1),
                                    absolute(problem, blend(best->nearest.x, best->off.x, e)),
                                    absolute(problem, blend(best->nearest.y, best->off.y, e)));
    if (collision && incumbent.offer(std::move(*collision), kind_of(problem, *best, upper))) return true;
  }
  return false;
}

bool improve_in_boxes(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent, const Box& x,
                      const Box& y, int samples) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  const auto point = [&](const Box& box, bool middle) {
    std::vector<double> u;
    for (std::size_t i = 0; i < box.lower.size(); ++i) {
      const double part = middle ? 0.5 : uniform(random);
      u.push_back((1.0 - part) * box.lower[i] + part * box.upper[i]);
    }
    return u;
  };
  bool improved = false;
  for (int sample = 0; sample <= samples && !incumbent.should_stop(); ++sample) {
    const std::vector<double> p = point(x, sample == 0);
    if (improve_by_pieces(problem, root, incumbent, p, point(y, sample == 0))) improved = true;
  }
  return improved;
}

void improve_along_rays(const Problem& problem, const RegionNetwork& root, Incumbent& incumbent) {
  const Box limits = problem.root(problem.max_radius);
  const std::size_t n = limits.lower.size();
  std::mt19937_64 random(2023);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  constexpr int steps = 64;
  constexpr int most_tries = 24;  // of a ray: each costs a few linear programs
  FloatPiece piece;
  for (std::size_t ray = 0; ray < 4 + 4 * n; ++ray) {
    std::vector<double> direction(n);
    double size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      direction[i] = n == 1 ? (ray % 2 == 0 ? 1.0 : -1.0) : uniform(random);
      size = std::max(size, std::abs(direction[i]));
    }
    std::vector<double> before(n, 0.0);
    std::vector<char> pattern;
    int tries = 0;
    // Denser towards the centre, and never at the same places.
    for (int step = 1; step <= steps && tries < most_tries; ++step) {
      const double part = (step - 0.25 + 0.2 * uniform(random)) / steps;
      std::vector<double> u = direction;
      for (std::size_t i = 0; i < n; ++i) {
        u[i] *= problem.max_radius * part * std::sqrt(part) / size;
        u[i] = std::min(std::max(u[i], limits.lower[i]), limits.upper[i]);
      }
      if (incumbent.should_stop() || !(norm_of(problem.norm, u) < incumbent.upper())) break;
      root.piece_at(u, piece);
      if (piece.active != pattern) {
        ++tries;
        improve_by_pieces(problem, root, incumbent, u, u);
        if (!pattern.empty()) improve_by_pieces(problem, root, incumbent, before, u);
      }
      pattern = piece.active;
      before = std::move(u);
    }
  }
}

}  // namespace foldproof
