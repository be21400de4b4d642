// Points of a box where affine functions are positive, or zero: a small linear program, and what its duals propose.
#pragma once

#include <utility>
#include <vector>

#include "question/problem.h"
#include "search/linear_program.h"

namespace foldproof {

/// a . u + b over inputs relative to the centre, dense.
struct CellRow {
  std::vector<Rational> a;
  Rational b;
};

/// The row at u.
Rational value_at(const CellRow& row, const std::vector<Rational>& u);
bool lies_between(const std::vector<std::pair<Rational, Rational>>& ends, const std::vector<Rational>& u);
/// The row's greatest value where u_i lies in ends[i].
Rational most_on(const std::vector<std::pair<Rational, Rational>>& ends, const CellRow& row);
/// A half-space, row >= 0, that holds the ball but not u, if u lies outside of it. @pre u is not 0
CellRow half_space_around(const Ball& ball, const std::vector<Rational>& u);
/// sum += factor * row
void add_multiple(CellRow& sum, const Rational& factor, const CellRow& row);
/// The sides of the box, and of its part in the domain, if there is one; relative to the centre.
std::vector<std::pair<Rational, Rational>> ends_of(const Box& box);
std::vector<std::pair<Rational, Rational>> part_in_domain(const Problem& problem, const Box& box);

/// Greatest t <= most_slack such that for some u in the box each row `positive` is at least t, in units of what it
/// varies by on the box, and each row `zero` is 0. Untrusted: what it finds is to be proved exactly.
class CellProgram {
 public:
  CellProgram(const Box& box, double most_slack);
  void positive(const CellRow& row) { add(row, false); }
  void zero(const CellRow& row) { add(row, true); }
  /// False if the solver gives no answer, or a row `positive` is constant. Where the best point lies outside the box's
  /// ball, half-spaces that hold the ball are added as further rows (Kelley 1960), unless it has no slack anyway.
  bool solve();

  bool infeasible() const { return solution_.infeasible; }  ///< the rows `zero` are
  double slack() const { return -solution_.objective; }
  std::vector<Rational> point() const;
  /// One multiplier per row, of the rows themselves, nonnegative for `positive` ones but for the sign of an
  /// infeasible program's ray, which may be the other; empty if there are none, or if they overflow. Last come those of
  /// half-spaces().
  std::vector<double> multipliers() const;
  /// The share of a row's dual, in units in which all of them are comparable.
  double dual(std::size_t row) const { return solution_.duals[row]; }
  /// What one unit of the box's coordinate i changes of a row, in the same units.
  double slope(std::size_t row, std::size_t i) const { return rows_[row][i]; }
  /// The row's distance from 0 at point(), in the same units.
  double distance(std::size_t row) const;
  /// What was added for the ball: >= 0 on it.
  const std::vector<CellRow>& half_spaces() const { return half_spaces_; }

 private:
  void add(const CellRow& row, bool is_zero, bool has_slack = true);

  LinearProgram lp_;
  const Ball ball_;
  std::vector<CellRow> half_spaces_;
  std::vector<double> middle_, half_, scale_, right_;
  std::vector<std::vector<double>> rows_;
  bool fine_ = true;
  LinearProgram::Solution solution_;
};

}  // namespace foldproof
