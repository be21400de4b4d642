// The normal form every question is asked of.
//
// A network is a list of ReLU neurons in topological order. The pre-activation of neuron j is an affine
// function, with exact rational coefficients, of the inputs and of the outputs of earlier neurons: any DAG
// of affine nodes, sums and ReLUs (chains, skip connections, several heads) has this form, and nothing
// downstream may assume more. Parallel hinges are merged while the network is built (NetworkBuilder), so no
// two pre-activations are proportional, and none is constant.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "number/rational.h"

namespace foldproof {

/// coefficient * variable; variables 0..n-1 are the inputs, n+j is the output of neuron j.
struct Term {
  int variable;
  Rational coefficient;
};

/// constant + sum of terms; terms sorted by variable, coefficients nonzero.
struct AffineRow {
  std::vector<Term> terms;
  Rational constant;
};

/// Where a network came from and what was asked to be kept of it.
struct Provenance {
  std::string file;                      // as the user named it; empty for networks made in memory
  std::string sha256;                    // of the file and its external data, lower-case hex
  int file_inputs = 0;                   // before fixing inputs
  int file_outputs = 0;                  // before choosing outputs
  int file_neurons = 0;                  // ReLUs in the file, before merging and pruning
  std::map<int, Rational> fixed;         // input index -> value (--fix)
  std::vector<int> outputs_kept;         // output indices in the order kept (--outputs); all if not asked
  std::vector<std::string> input_names;  // graph inputs, for `foldproof info`
  std::vector<std::string> output_names;
  int opset = 0;
};

struct Network {
  int inputs = 0;                  // n: inputs that are not fixed
  std::vector<AffineRow> neurons;  // pre-activations z_j, in topological order
  std::vector<int> layer;          // depth of neuron j, from 1; nondecreasing in j (not in a network as read)
  std::vector<int> number;         // of neuron j in the network as read, by which proofs name it
  std::vector<AffineRow> outputs;  // m rows
  Provenance from;

  int neuron_count() const { return static_cast<int>(neurons.size()); }
  int output_count() const { return static_cast<int>(outputs.size()); }
  int layer_count() const { return layer.empty() ? 0 : layer.back(); }
};

/// What a builder does with a ReLU that is not constant: `merge` gives neurons on parallel hinges one variable, `keep`
/// lists every scalar ReLU as it comes, as weights files do.
enum class Hinges { merge, keep };

/// Builds a Network row by row, merging parallel hinges (MATHEMATICS 1.4) as they arrive:
/// relu(a z) = a relu(z) and relu(-a z) = a (relu(z) - z) for a > 0, relu(const) = const. The rewriting is
/// exact, happens in topological order (so merges cascade), and is a function of the rows alone.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(int inputs, Hinges hinges = Hinges::merge) : inputs_(inputs), treatment_(hinges) {}

  /// The row that is input i alone.
  AffineRow input(int i) const;
  static AffineRow constant(Rational value);

  /// sum_i weights[i] * rows[i] + bias; zero weights cost nothing.
  static AffineRow combine(std::span<const Rational> weights, std::span<const AffineRow* const> rows,
                           const Rational& bias);
  static AffineRow add(const AffineRow& a, const AffineRow& b, const Rational& factor_of_b = Rational(1));
  static AffineRow scale(const AffineRow& a, const Rational& factor);

  /// The row that equals relu(row): a new neuron, a merged one, or a constant.
  AffineRow relu(const AffineRow& row);

  /// Merging: drops neurons that no output depends on, sorts neurons by layer, numbers them anew.
  /// Keeping: all neurons in the order in which they came.
  Network finish(std::vector<AffineRow> outputs, Provenance from) const;

  int relus_seen() const { return relus_seen_; }
  int neuron_count() const { return static_cast<int>(neurons_.size()); }

 private:
  int inputs_;
  Hinges treatment_;
  int relus_seen_ = 0;
  std::vector<AffineRow> neurons_;
  std::vector<int> number_;                             // how many ReLUs were asked for before each neuron
  std::unordered_multimap<std::uint64_t, int> hinges_;  // hash of the line through a row -> a neuron on it
};

/// The network x -> f(factors x), entry by entry: input i is read times factors[i]. Exact. @pre one factor per input
Network scale_inputs(const Network& network, const std::vector<Rational>& factors);

/// Two networks of the same inputs as one: the neurons of `a`, then those of `b`; the outputs likewise. As read, both.
Network join(const Network& a, const Network& b);

/// The network as read, with parallel hinges merged. Exact.
Network merge_hinges(const Network& as_read);
/// The same, wherever the pre-activations of the neurons `inactive` (numbers of the network as read, which
/// merge_hinges keeps) are <= 0: their outputs are replaced by 0, and hinges that become parallel by that are merged.
Network merge_hinges(const Network& as_read, const std::vector<int>& inactive);

}  // namespace foldproof
