// Enclosures and slope matrices of a network on boxes (docs/certificate.md, 4.2 and 5).
#pragma once

#include <memory>

#include "weights.h"

namespace foldproof_check {

enum class Norm : char { linf, l1, l2 };

/// |u|_p <= radius. With linf it says nothing that boxes do not.
struct Ball {
  Norm norm = Norm::linf;
  double radius = std::numeric_limits<double>::infinity();
};

/// A closed box relative to the centre, and a ball: claims about the box are about those of its points that lie in it.
struct Box {
  Vector lower, upper;
  Ball ball = {};
};

/// The points of a box and its ball as u_i = mid_i + half_i t_i, |t_i| <= 1.
struct Frame {
  explicit Frame(const Box& box);
  Vector mid, half;
  Ball ball;
};
/// Encloses sum a_i t_i over them.
Interval range(const Frame& frame, const std::vector<Interval>& a);

/// For u_i in [low, high] the i-th entry of h in  g . u <= r |h|_q + max (g - h) . u,  at a level t >= 0.
template <class T>
T multiplier(Norm norm, const T& t, const T& g, const T& low, const T& high) {
  const T least = norm == Norm::l2 ? T(t * low) : low > 0 ? t : T(-t);
  const T most = norm == Norm::l2 ? T(t * high) : high < 0 ? T(-t) : t;
  return g < least ? least : g > most ? most : g;
}
/// A good level for l2. Proves nothing.
double level(double r, const Vector& g, const Vector& low, const Vector& high);

enum class Phase : char { inactive, active, undecided };

/// The network about the centre, for u in some region. Rows 0..k-1 are pre-activations, k..k+m-1 outputs:
///     row(u) = bias + g . u + sum_p w_p relu(z_p(u)),   p in [begin, end), all before the row.
/// Coefficients, stored zeros in [begin, end) included, are within `radius` of the stored ones. Rows are scaled
/// by powers of two.
struct Net {
  int n = 0, k = 0, m = 0;
  std::vector<int> exponent;    // k + m, of make_net()'s: row r is 2^exponent times the network's
  std::vector<int> number;      // k: the neurons' places in the network that make_net() was given
  std::vector<Phase> known;     // what was decided of each of those
  std::vector<Interval> bias;   // k + m
  Vector g, w, radius;          // (k + m) x n, (k + m) x k, k + m
  std::vector<int> begin, end;  // k + m
  double worst_radius() const { return *std::max_element(radius.begin(), radius.end()); }
};
using NetPointer = std::shared_ptr<const Net>;

NetPointer make_net(const Rewritten& network, const std::vector<Rational>& centre);

/// For u in the box and its ball, row(u) lies in form[row][0] + sum_i form[row][i] t_i, |t_i| <= 1: 1..n belong to the
/// inputs, the `undecided` ones after them to neurons. z holds the bounds of pre-activations.
struct Enclosure {
  Matrix form{0, 0};
  std::vector<Interval> z;
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
/// Between points with pre-activations in a and in b.
Slope slope_between(Interval a, Interval b);

/// For two points with slopes in given ranges and difference d: delta = A d + B w for the k neurons whose slope is not
/// decided, |w_j| <= |delta_j| / 2, and f difference = J0 d + C w.
struct Slopes {
  int n = 0, m = 0, k = 0;
  Matrix ab{0, 0};  // k x (n + k): A, and B strictly lower triangular
  Matrix jc{0, 0};  // m x (n + k): J0, C
};
Slopes slopes_of(const Net& net, const std::vector<Slope>& slope);

}  // namespace foldproof_check
