// A network restricted to a box, in double with proved errors: the object every bound is computed from.
//
// Notation (MATHEMATICS 1-2): u = x - c, the input relative to the centre; K neurons, m outputs; row k is
//     z_k(u) = b_k + g_k . u + sum_p W_kp relu(z_p(u)),     p earlier than k,
// rows K..K+m-1 are the outputs. On a box where neuron p is proved active, relu(z_p) is z_p and its row is
// substituted into later rows; where it is proved inactive it disappears. So a network restricted to a small
// box has only the neurons that are undecided there, and the cost of a bound falls from width^2 to
// (undecided neurons)^2.
// Rows are scaled by powers of two (relu(2^e z) = 2^e relu(z), and f is injective iff a row-scaled f is), so that the
// largest coefficient of each is near 1 and badly scaled neurons do not spoil bounds that take a maximum over rows.
// Stored numbers are rounded: the true bias differs from b_k by at most bias_error[k],
// and every true coefficient of row k (of g_k and W_k) from the stored one by at most weight_error[k].
#pragma once

#include <memory>
#include <vector>

#include "bounds/box.h"
#include "model/network.h"

namespace foldproof {

enum class Phase : unsigned char { inactive, active, unstable };

/// The affine piece at a point, in plain double: rows 0..K-1 are pre-activations, K.. the outputs.
/// Row k is value[k] + gradient_k . (u - point). Proposes; proves nothing.
struct FloatPiece {
  std::vector<double> value, gradient;
  std::vector<char> active;
  double output_size = 0;  // largest sum of magnitudes behind an entry of an output's gradient, before cancellation
};

class RegionNetwork {
 public:
  /// The whole network about the exact centre c; valid for every u. @pre centre.size() == network.inputs
  RegionNetwork(const Network& network, const std::vector<Rational>& centre);

  int inputs() const { return n_; }
  int neurons() const { return k_; }
  int outputs() const { return m_; }
  /// More than two layers: bounds keep error symbols instead of plain remainders.
  bool deep() const { return deep_; }
  /// Index in the Network of neuron p.
  int original(int p) const { return original_[static_cast<std::size_t>(p)]; }
  /// Row k here is 2^exponent(k) times the network's own row.
  long exponent(int k) const { return exponent_[static_cast<std::size_t>(k)]; }
  /// Largest error of a stored coefficient.
  double weight_error() const;
  void piece_at(const std::vector<double>& u, FloatPiece& piece) const;
  /// Pre-activations at a point that differs from u by at most `distance` in every entry, wherever in the network's
  /// region it lies: the true one of neuron p differs from value[p] by at most error[p]. Both have room for K entries.
  void values_near(const double* u, double distance, double* value, double* error) const;

 private:
  friend class Bounder;
  RegionNetwork() = default;

  int n_ = 0, k_ = 0, m_ = 0;
  bool deep_ = false;
  std::vector<double> b_, bias_error_, weight_error_;  // K + m
  std::vector<double> g_;                              // (K + m) x n
  std::vector<double> w_;                              // (K + m) x K, row-major
  std::vector<int> begin_, end_;                       // columns of w_ that may be nonzero, per row
  std::vector<int> original_;                          // K
  std::vector<long> exponent_;                         // K + m
  std::vector<int> layer_;                             // K
};

/// Interval that holds the secant slope of a neuron (MATHEMATICS 1.1, 1.2), within [0, 1].
struct SlopeRange {
  double lower = 0.0, upper = 1.0;
};

/// [0, 1] for unstable, [1, 1] for active, [0, 0] for inactive neurons.
SlopeRange slope_range(Phase phase);
/// The slopes between two points with pre-activations in [l1, u1] and [l2, u2], outward rounded (1.2).
SlopeRange slope_range(double l1, double u1, double l2, double u2);

/// The slope matrices of MATHEMATICS 2 at the middle of the slope ranges, for the k neurons whose slope is not
/// decided: for two points with such slopes and difference d, delta = A d + B w, f difference = J0 d + C w,
/// |w_j| <= |delta_j| / 2 (columns are scaled by the width of the slope's range).
/// Every entry of a row differs from the true one by at most its row's error.
struct SlopeMatrices {
  int n = 0, m = 0, k = 0;
  std::vector<double> a, b, j0, c;         // k x n, k x k (strictly lower triangular), m x n, m x k
  std::vector<double> error_ab, error_jc;  // k, m
  std::vector<int> neuron;                 // k: index in the region network
};

/// Computes bounds on boxes; owns all scratch memory, so that the hot path does not allocate.
class Bounder {
 public:
  /// Encloses the pre-activations of `net` on the box's points in its ball, sets phase() and the forms of every row.
  /// z_k(u) lies in value[k] + gradient_k . (u - mid) +- remainder[k] for these u (outward rounded).
  void enclose(const RegionNetwork& net, const Box& box);

  /// After enclose(): bounds of pre-activation p over these points; where there are none, maybe lower > upper.
  double lower(int p) const { return lower_[static_cast<std::size_t>(p)]; }
  double upper(int p) const { return upper_[static_cast<std::size_t>(p)]; }
  const std::vector<Phase>& phase() const { return phase_; }
  /// The same with neurons that may be 0 somewhere on the box, if only on a face, left unstable.
  void strict_phase(std::vector<Phase>& phase) const;
  int unstable() const { return unstable_; }

  /// After enclose(): affine form of output o: value, gradient (n entries), remainder.
  double output_value(int o) const { return value_[row(o)]; }
  const double* output_gradient(int o) const { return gradient_.data() + row(o) * static_cast<std::size_t>(n_); }
  double output_remainder(int o) const { return remainder_[row(o)]; }
  /// The same form with its error symbols kept apart (deep networks; none otherwise): value + gradient . (u - mid) +
  /// sum_q symbol_q e_q +- plain remainder, |e_q| <= 1. Symbols of one box are shared by its outputs.
  int symbols() const { return symbol_count_; }
  double output_symbol(int o, int q) const {
    return symbol_[row(o) * static_cast<std::size_t>(k_) + static_cast<std::size_t>(q)];
  }
  double output_plain_remainder(int o) const { return plain_remainder_[static_cast<std::size_t>(o)]; }
  /// Affine form of pre-activation p.
  const double* neuron_gradient(int p) const {
    return gradient_.data() + static_cast<std::size_t>(p) * static_cast<std::size_t>(n_);
  }
  double neuron_value(int p) const { return value_[static_cast<std::size_t>(p)]; }
  double neuron_remainder(int p) const { return remainder_[static_cast<std::size_t>(p)]; }
  const std::vector<double>& middle() const { return middle_; }

  /// The slope matrices for one slope range per neuron of net.
  void slopes(const RegionNetwork& net, const std::vector<SlopeRange>& range, SlopeMatrices& result);
  /// The same for two points of the box that was enclosed last.
  void slopes(const RegionNetwork& net, SlopeMatrices& result);

  /// The network with decided neurons substituted, and without those that no output depends on any more, if `drop`.
  /// @pre the phases hold on every box it will be used for.
  std::shared_ptr<const RegionNetwork> restrict(const RegionNetwork& net, const std::vector<Phase>& phase,
                                                bool drop = true);
  /// After enclose(net, box): the restriction to that box, from `net` or, where its rounding errors have grown, from
  /// the whole network `root` (enclosed anew then).
  std::shared_ptr<const RegionNetwork> restrict_again(const RegionNetwork& root, const RegionNetwork& net,
                                                      const Box& box);

 private:
  void narrow_by_ball(const Ball& ball, std::size_t k, double& l, double& u);
  std::size_t row(int o) const { return static_cast<std::size_t>(k_ + o); }

  int n_ = 0, k_ = 0, unstable_ = 0, symbol_count_ = 0;
  std::vector<double> middle_, radius_, scaled_;
  std::vector<double> value_, gradient_, remainder_;  // forms of the rows
  std::vector<double> plain_remainder_;               // of the outputs, without symbols
  std::vector<double> lower_, upper_;
  std::vector<double> post_value_, post_slope_, post_radius_, post_half_, post_size_;
  std::vector<double> symbol_;                       // deep networks: rows x symbols
  std::vector<int> symbol_of_;                       // neuron -> its symbol, or -1
  std::vector<double> rows_, row_error_, row_size_;  // slopes()
  std::vector<Phase> phase_;
  std::vector<SlopeRange> range_;
};

}  // namespace foldproof
