// Evaluation of a network at points and on its pieces, exactly in rationals.
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

}  // namespace foldproof
