// Evaluation of a network at points: exactly in rationals, and in plain double for pictures and sampling.
#pragma once

#include <vector>

#include "model/network.h"

namespace foldproof {

/// Pre-activations and outputs at x, exactly. @pre x.size() == network.inputs
struct ExactValue {
  std::vector<Rational> pre_activation;  // one per neuron
  std::vector<Rational> output;
};
ExactValue evaluate(const Network& network, const std::vector<Rational>& x);

/// An affine piece: J (m x n) and constant, and the same for every pre-activation, under an activation
/// pattern (active[j] means slope 1). Exact.
struct ExactPiece {
  std::vector<AffineRow> pre_activation;  // over the inputs alone
  std::vector<AffineRow> output;
};
ExactPiece affine_piece(const Network& network, const std::vector<bool>& active);

/// The activation pattern at x; a pre-activation of exactly zero counts as inactive.
std::vector<bool> activation_pattern(const Network& network, const std::vector<Rational>& x);

/// Plain double copies of the exact rows, for pictures and sampling: no claim rests on their rounding.
class FloatEvaluator {
 public:
  explicit FloatEvaluator(const Network& network);
  int inputs() const { return inputs_; }
  int outputs() const { return static_cast<int>(output_.size()); }
  /// f(x); x has `inputs` entries.
  std::vector<double> value(const std::vector<double>& x) const;
  /// The Jacobian of the piece containing x, row-major m x n; on a hinge, of the inactive side.
  std::vector<double> jacobian(const std::vector<double>& x) const;
  /// det J(x). @pre square
  double determinant(const std::vector<double>& x) const;

 private:
  struct Row {
    std::vector<std::pair<int, double>> terms;
    double constant;
  };
  static Row to_float(const AffineRow& row);
  int inputs_;
  std::vector<Row> neuron_;
  std::vector<Row> output_;
};

}  // namespace foldproof
