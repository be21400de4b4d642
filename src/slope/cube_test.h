// Is J(s) nonsingular, with one sign of its determinant, for every slope s in the cube [0,1]^k?
#pragma once

#include <vector>

#include "bounds/region_network.h"

namespace foldproof {

struct CubeResult {
  int sign = 0;           ///< of det J(s) for all s, proved; 0: not proved
  bool refuted = false;   ///< some s in the cube is proved singular: no finer test of the same cube can succeed
  const char* test = "";  ///< which test proved it: "determinant", "perron", "slopes"
  int nodes = 0;          ///< nodes of the slope branching
};

class CubeTest {
 public:
  /// `margin`: how far, relatively, Perron tests must stay from failing.
  explicit CubeTest(double margin = 0.0) : margin_(margin) {}

  /// @pre matrices.n == matrices.m. Slope branching stops after `node_budget` nodes.
  CubeResult run(const SlopeMatrices& matrices, int node_budget);

  /// After a run that did not prove: how much each unstable neuron matters (>= 0, one per unstable neuron).
  const std::vector<double>& influence() const { return influence_; }

 private:
  bool invert_centre(const SlopeMatrices& matrices);
  void build_g(const SlopeMatrices& matrices);
  bool perron(const double* g, int k, double error, double* v, double& ratio) const;
  bool branch(int k, int depth, double error, double largest);

  double margin_;
  int n_ = 0;
  int sign_ = 0;
  double residual_ = 0;  // bound of ||I - Z J0||_inf
  std::vector<double> lu_, lower_inverse_, upper_inverse_, z_, t_;
  std::vector<int> pivot_;
  double g_error_ = 0, g_largest_ = 0;
  std::vector<std::vector<double>> g_;  // per depth of the branching
  std::vector<std::vector<double>> v_;
  std::vector<double> influence_;
  int nodes_ = 0, budget_ = 0;
  bool refuted_ = false;
};

}  // namespace foldproof
