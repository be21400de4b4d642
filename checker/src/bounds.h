// Enclosures and slope matrices of a network on boxes (docs/certificate.md, 4.2 and 5).
#pragma once

#include <memory>

#include "weights.h"

namespace foldproof_check {

/// A closed box relative to the centre.
struct Box {
  Vector lower, upper;
};

/// The network about the centre, for u in some region. Rows 0..k-1 are pre-activations, k..k+m-1 outputs:
///     row(u) = bias + g . u + sum_p w_p relu(z_p(u)),   p in [begin, end) and earlier than the row.
/// Biases are intervals; every other coefficient, stored zeros in [begin, end) included, is within `radius` of its
/// stored double. Hidden rows are scaled by powers of two.
struct Net {
  int n = 0, k = 0, m = 0;
  std::vector<int> number;                 // k: number in the weights file
  Vector bias_neg, bias_up, g, w, radius;  // k+m, k+m, (k+m) x n, (k+m) x k, k+m
  std::vector<int> begin, end;             // k+m
  double worst_radius() const { return *std::max_element(radius.begin(), radius.end()); }
};
using NetPointer = std::shared_ptr<const Net>;

NetPointer make_net(const Rewritten& network, const std::vector<Rational>& centre);

enum class Phase : char { inactive, active, undecided };

/// For all u in the box: row(u) lies in [-const_neg, const_up] + sum_i form_i t_i, |t_i| <= 1; the first n of the t
/// belong to the inputs, the others to undecided neurons. For pre-activations also their bounds [-neg, up].
struct Enclosure {
  int columns = 0;
  std::vector<int> used;  // entries of the form that may not be zero
  Vector const_neg, const_up, neg, up;
  Matrix form;
  std::vector<Phase> phase;
  int undecided = 0;
};
void enclose(const Net& net, const Box& box, Enclosure& result);

/// The same function wherever the phases hold: decided neurons are substituted, unneeded ones dropped.
NetPointer narrow(const Net& net, const std::vector<Phase>& phase);

/// A slope is center + width * t, |t| <= 1/2.
struct Slope {
  double center = 0.5, width = 1.0;
};
Slope slope_of(Phase phase);
/// Between a point with pre-activation in [-neg1, up1] and one with [-neg2, up2].
Slope slope_between(double neg1, double up1, double neg2, double up2);

/// For two points with slopes in the given ranges and difference d: delta = A d + B w for the k neurons whose slope is
/// not decided, |w_j| <= |delta_j| / 2, and f difference = J0 d + C w.
struct Slopes {
  int n = 0, m = 0, k = 0;
  Matrix ab;  // k x (n + k), B strictly lower triangular
  Matrix jc;  // m x (n + k)
};
/// Scratch memory is kept in `rows`.
void slopes_of(const Net& net, const std::vector<Slope>& slope, Matrix& rows, Slopes& result);

}  // namespace foldproof_check
