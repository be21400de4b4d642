// The linear program over all collisions of two linear pieces (MATHEMATICS 6.1). Untrusted: it proposes.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "question/problem.h"
#include "search/norm_cuts.h"

namespace foldproof {

/// Two points relative to the centre.
struct PointPair {
  std::vector<double> x, y;
  double radius = std::numeric_limits<double>::infinity();
  double slack = 0.0;  // of deepest(): how far inside its cells the pair lies, in units of the inputs
};

/// max |x_i - y_i|
double apart(const PointPair& pair);
/// (1 - e) a + e b
std::vector<double> blend(const std::vector<double>& a, const std::vector<double>& b, double e);
/// c + u, each coordinate rounded.
std::vector<double> absolute(const Problem& problem, const std::vector<double>& u);

/// C_PQ = { (x, y) in cl P x cl Q : f_P(x) = f_Q(y) } for the pieces P, Q at p, q (Problem 3: with the outputs of A),
/// within the box `limits`; variables x, y, t >= |x|, |y| and s, the slack of all cell constraints. They are in units
/// of a power of two near the size of `limits`, because the solver's tolerances are absolute.
class PairProgram {
 public:
  PairProgram(const Problem& problem, const RegionNetwork& root, const std::vector<double>& p,
              const std::vector<double>& q, const Box& limits);

  void restrict_to(const Box& x, const Box& y);

  /// A pair that is believed to be near the nearest one of this program.
  void start_near(const PointPair& pair);
  /// The pair nearest to the centre, if it may be nearer than `most`.
  std::optional<PointPair> solve(double most = std::numeric_limits<double>::infinity());
  /// The pair deepest inside its two cells.
  std::optional<PointPair> deepest();
  /// A pair off the diagonal (Problem 3: with different outputs of B) and, as far as that allows, inside its cells: one
  /// that is at least half as far off along `weights` as any. One weight per input, or per output of B.
  std::optional<PointPair> off_diagonal(const std::vector<double>& weights);

  std::vector<bool> pattern(std::size_t side) const { return {piece_[side].active.begin(), piece_[side].active.end()}; }

 private:
  double scaled(double length) const { return std::ldexp(length, -unit_); }
  std::vector<double> scaled(std::vector<double> u) const;

  int unit_;
  std::size_t n_, neurons_, common_;
  std::vector<double> points_[2];  // scaled
  FloatPiece piece_[2];
  LinearProgram lp_;
  NormBlocks balls_;
  bool empty_ = false;
};

}  // namespace foldproof
