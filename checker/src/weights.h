// The network of a weights file, exactly, and its rewriting (docs/certificate.md, sections 2 and 4.1).
#pragma once

#include <map>
#include <utility>

#include "number.h"

namespace foldproof_check {

/// constant + sum of coefficient * variable; variables 0..n-1 are inputs, n + j is the output of neuron j.
struct Row {
  Rational constant;
  std::vector<std::pair<int, Rational>> terms;  // ascending, coefficients not zero
};

struct Weights {
  int n = 0;
  std::vector<Row> neurons, outputs;
};

/// Lower-case hex.
std::string sha256(std::string_view bytes);
/// The hash by which proofs name the network: of the file without its second line. @pre read_weights() reads the file
std::string network_hash(std::string bytes);
/// @throws Unusable naming the line.
Weights read_weights(std::string_view bytes);

/// The network with parallel hinges merged, `inactive` neurons at 0, and unneeded neurons dropped: an equal function
/// wherever the pre-activations of `inactive` are <= 0. Rows keep the numbering of the file; `kept` lists their
/// neurons, ascending; rows of others are empty.
struct Rewritten : Weights {
  std::vector<int> kept;
};
Rewritten rewrite(const Weights& weights, const std::vector<char>& inactive);

/// The same without the outputs from the given one on, and without neurons that only they need.
Rewritten first_outputs(const Rewritten& network, int count);
/// Neurons and outputs of A, then those of B. @pre as many inputs
Weights joint(Weights a, Weights b);

/// Pre-activations and outputs at a point.
struct Values {
  std::vector<Rational> neurons, outputs;
};
Values evaluate(const Weights& weights, const std::vector<Rational>& x);

/// Rows as affine functions of the inputs on the piece where exactly the `active` neurons are positive.
using Affine = std::vector<Rational>;  // n coefficients, constant
Affine on_piece(const Row& row, int n, const std::vector<char>& active, const std::vector<Affine>& neurons);
/// Those of the leading columns that do not depend on the ones before them.
std::vector<int> pivots(std::vector<Affine> rows, int columns);
inline int rank(std::vector<Affine> rows, int columns) {
  return static_cast<int>(pivots(std::move(rows), columns).size());
}
int determinant_sign(std::vector<Affine> rows, int n);

}  // namespace foldproof_check
