// Claim: only exact, verified collisions are offered; the LPs propose.
// Method: for pieces P, Q the collisions C_PQ = { (x, y) in cl P x cl Q : f_P(x) = f_Q(y) } form a polyhedron. A first LP
// finds z1 in C_PQ within the two (slightly grown, still disjoint) boxes, so off the diagonal. A second one minimises
// max(|x - c|, |y - c|) over all of C_PQ: its optimum z* may lie on the diagonal (a branch point or a fold), but then
// (1 - e) z* + e z1 is a collision off it for every e > 0, of radius as near to the optimum as we like (6.2). From the
// optimum, neighbouring pieces are tried until none is better.
#include "search/far_pair.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "search/norm_cuts.h"

namespace foldproof {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t at(int i) { return static_cast<std::size_t>(i); }

struct PointPair {
  std::vector<double> x, y;
  double radius = infinity;
  double slack = 0.0;  // of deepest(): how far inside its cells the pair lies, in units of the inputs
};

// The LP over C_PQ for the pieces at p and q; variables x, y, t and s, the slack of all cell constraints.
class PairProgram {
 public:
  PairProgram(const Problem& problem, const RegionNetwork& root, const std::vector<double>& p,
              const std::vector<double>& q, const Box& limits)
      : n_(p.size()), lp_(static_cast<int>(2 * n_ + 2)), balls_{problem.norm, n_, 2 * n_, {0, n_}} {
    root.piece_at(p, piece_[0]);
    root.piece_at(q, piece_[1]);
    const std::vector<double>* const points[] = {&p, &q};
    const double reach = limits.reach();
    add_cube_rows(lp_, balls_);
    for (std::size_t side = 0; side < 2; ++side) {
      for (std::size_t i = 0; i < n_; ++i) {
        lp_.lower[side * n_ + i] = limits.lower[i];
        lp_.upper[side * n_ + i] = limits.upper[i];
      }
      for (int k = 0; k < root.neurons(); ++k) {
        const double* const gradient = &piece_[side].gradient[at(k) * n_];
        double offset = piece_[side].value[at(k)];
        double size = 0.0;
        for (std::size_t i = 0; i < n_; ++i) {
          offset -= gradient[i] * (*points[side])[i];
          size += std::abs(gradient[i]);
        }
        if (size == 0.0 || std::abs(offset) > size * reach) continue;
        const double sign = (piece_[side].active[at(k)] != 0 ? 1.0 : -1.0) / size;
        std::vector<double> row(2 * n_ + 2, 0.0);
        for (std::size_t i = 0; i < n_; ++i) row[side * n_ + i] = sign * gradient[i];
        row[2 * n_ + 1] = -1.0;
        lp_.add_row(row, -sign * offset, infinity);
      }
    }
    for (int o = 0; o < root.outputs(); ++o) {
      std::vector<double> row(2 * n_ + 2, 0.0);
      double right = 0.0;
      for (std::size_t side = 0; side < 2; ++side) {
        const double factor = side == 0 ? 1.0 : -1.0;
        const std::size_t k = at(root.neurons() + o);
        right -= factor * piece_[side].value[k];
        for (std::size_t i = 0; i < n_; ++i) {
          row[side * n_ + i] = factor * piece_[side].gradient[k * n_ + i];
          right += row[side * n_ + i] * (*points[side])[i];
        }
      }
      lp_.add_row(row, right, right);
    }
    lp_.upper[2 * n_] = limits.reach(problem.norm);
    lp_.cost[2 * n_] = 1.0;
  }

  void restrict_to(const Box& x, const Box& y) {
    for (std::size_t i = 0; i < n_; ++i) {
      lp_.lower[i] = std::max(lp_.lower[i], x.lower[i]);
      lp_.upper[i] = std::min(lp_.upper[i], x.upper[i]);
      lp_.lower[n_ + i] = std::max(lp_.lower[n_ + i], y.lower[i]);
      lp_.upper[n_ + i] = std::min(lp_.upper[n_ + i], y.upper[i]);
      if (lp_.lower[i] > lp_.upper[i] || lp_.lower[n_ + i] > lp_.upper[n_ + i]) empty_ = true;
    }
  }

  /// The pair deepest inside its two cells.
  std::optional<PointPair> deepest() {
    lp_.cost[2 * n_] = 0.0;
    lp_.cost[2 * n_ + 1] = -1.0;
    lp_.upper[2 * n_ + 1] = 1.0;
    return solve();
  }

  /// A pair that is believed to be near the nearest one of this program.
  void start_near(const PointPair& pair) {
    add_cut(lp_, balls_, 0, pair.x);
    add_cut(lp_, balls_, n_, pair.y);
  }

  /// The nearest pair, if it may be nearer than `most`.
  std::optional<PointPair> solve(double most = infinity) {
    if (empty_) return std::nullopt;
    const auto solution = minimise_in_norm(lp_, balls_, most);
    if (!solution || solution->infeasible) return std::nullopt;
    PointPair pair;
    const auto begin = solution->v.begin();
    pair.x.assign(begin, begin + static_cast<std::ptrdiff_t>(n_));
    pair.y.assign(begin + static_cast<std::ptrdiff_t>(n_), begin + static_cast<std::ptrdiff_t>(2 * n_));
    pair.radius = std::max(norm_of(balls_.norm, pair.x), norm_of(balls_.norm, pair.y));
    pair.slack = solution->v[2 * n_ + 1];
    return pair;
  }

  std::vector<bool> pattern(std::size_t side) const {
    return {piece_[side].active.begin(), piece_[side].active.end()};
  }

 private:
  std::size_t n_;
  FloatPiece piece_[2];
  LinearProgram lp_;
  NormBlocks balls_;
  bool empty_ = false;
};

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

std::vector<double> blend(const std::vector<double>& a, const std::vector<double>& b, double e) {
  std::vector<double> result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back((1.0 - e) * a[i] + e * b[i]);
  return result;
}

double apart(const PointPair& pair) {
  double result = 0.0;
  for (std::size_t i = 0; i < pair.x.size(); ++i) result = std::max(result, std::abs(pair.x[i] - pair.y[i]));
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
  for (int attempt = 0; attempt < 60 && !incumbent.should_stop() && !(inner && inner->slack > 1e-9 * upper); ++attempt) {
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
    double e = std::ldexp(problem.gap / 16.0, -attempt) * std::max(best.radius, 1e-300) / std::max(inner->radius, 1e-300);
    if (attempt >= 20) e = std::ldexp(1.0, attempt - 40);  // wider steps where the narrow ones are lost in rounding
    std::vector<double> y_guess = blend(best.y, inner->y, std::min(e, 1.0));
    for (std::size_t i = 0; i < y_guess.size(); ++i) {
      y_guess[i] = (problem.centre[i] + Rational::from_double(y_guess[i])).nearest_double();
    }
    auto collision = pair_on_pieces(problem, pieces.pattern(0), pieces.pattern(1), y_guess);
    if (!collision) continue;
    improved = incumbent.offer(std::move(*collision), diagonal ? "branch" : "collision");
  }
  return improved;
}

}  // namespace foldproof
