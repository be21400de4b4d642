// The ball of a question in plain double, and a network with its coefficients rounded to doubles: what a mixed-integer
// program is made of. Nothing here is a proof.
#pragma once

#include <utility>
#include <vector>

#include "model/network.h"
#include "number/norm.h"

namespace foldproof {

/// { x : |(x_i - centre_i) / scale_i| <= r in the norm }, within the domain.
struct FloatBall {
  Norm norm = Norm::linf;
  std::vector<double> centre, scale;
  std::vector<std::pair<double, double>> domain;  // empty: none

  std::size_t size() const { return centre.size(); }
  /// The smallest box around the ball of radius r.
  std::vector<std::pair<double, double>> box(double r) const;
};

struct FloatRow {
  std::vector<std::pair<int, double>> terms;  // (variable, coefficient), variables as in Term
  double constant = 0;
};

struct FloatNetwork {
  explicit FloatNetwork(const Network& network);

  int inputs;
  std::vector<FloatRow> neurons, outputs;
  std::vector<int> number;  // of neuron j, for names
};

}  // namespace foldproof
