// Is sym(M J(s)) positive definite for every slope s in the cube? (MATHEMATICS 5.2)
#pragma once

#include <vector>

#include "bounds/region_network.h"

namespace foldproof {

class MonotoneTest {
 public:
  /// `margin`: how far, relative to the size of the form, its smallest eigenvalue must stay from 0.
  explicit MonotoneTest(double margin = 0.0) : margin_(margin) {}

  /// Sets the fixed matrix M, n x m row-major.
  void set_preconditioner(std::vector<double> m) { m_ = std::move(m); }
  const std::vector<double>& preconditioner() const { return m_; }

  /// True only if d^T M J(s) d > 0 for all d != 0 and all slopes of the cube, proved. Slope branching (which needs no
  /// agreement of signs here) stops after `node_budget` nodes.
  bool run(const SlopeMatrices& matrices, int node_budget);

  /// After a run that did not prove: how much each undecided neuron contributes to the failure (>= 0).
  const std::vector<double>& influence() const { return influence_; }
  /// After a run that did not prove: the matrix at the middle slopes is already not definite.
  bool centre_fails() const { return centre_fails_; }

 private:
  bool relaxation(const SlopeMatrices& matrices);
  bool branch(const SlopeMatrices& matrices, std::size_t depth);

  double margin_;
  std::vector<double> m_;
  std::vector<double> influence_, root_influence_, form_, mc_, s_, tau_, block_, inverse_;
  std::vector<SlopeMatrices> stack_;
  int nodes_ = 0, budget_ = 0;
  bool centre_fails_ = false, root_centre_fails_ = false;
};

}  // namespace foldproof
