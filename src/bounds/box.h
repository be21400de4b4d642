// Boxes relative to the centre, and the balls that cut them: X n B = { u in X : |u| <= r }.
#pragma once

#include <limits>
#include <vector>

#include "number/norm.h"

namespace foldproof {

/// The ball |u| <= radius about the centre; as it is by default, all of space.
struct Ball {
  Norm norm = Norm::linf;
  double radius = std::numeric_limits<double>::infinity();
};

/// A closed box in coordinates relative to the centre; endpoints are exact doubles.
struct Box {
  std::vector<double> lower, upper;
  /// Only the box's points in this ball are asked about: what is claimed of the box is claimed of them. There may be
  /// none, and then every claim is true. (A ball of the maximum norm says nothing that the box does not.)
  Ball ball = {};

  int size() const { return static_cast<int>(lower.size()); }
  double width(int i) const { return upper[static_cast<std::size_t>(i)] - lower[static_cast<std::size_t>(i)]; }
  /// Distance of the box to the origin: exact for linf, otherwise a lower bound d such that every u of the box that
  /// lies inside the cube |u|_inf < d has |u| > d.
  double distance(Norm norm = Norm::linf) const;
  /// An upper bound of |u| over the box: exact for linf, otherwise strict where |u| depends on more than one entry.
  double reach(Norm norm = Norm::linf) const;
  /// Intersection with [-r, r]^n; empty (false) if they do not meet. The ball's radius becomes r, too, if it was more.
  bool clip(double r);
  /// Some of the box may lie outside the ball, so that bounds over the ball can be better than those over the box.
  bool sticks_out() const;
};

/// u = middle + half t, |t_i| <= 1, encloses a box: what most_in_ball() needs of it. Arrays of n entries.
struct Frame {
  int n;
  const double* middle;
  const double* half;
};

/// An upper bound of sign * sum_i a_i t_i over the points of the frame that lie in the ball, with all rounding errors,
/// those of the a_i up to an ulp or two included; perhaps worse than the bound over all of the frame.
double most_in_ball(const Ball& ball, const Frame& frame, const double* a, double sign);

/// A point of the frame in the ball where sign * a . t is greatest: its t, in plain double. Proposes; proves nothing.
void farthest_in_ball(const Ball& ball, const Frame& frame, const double* a, double sign, std::vector<double>& t);

/// An upper bound of g . u over the points of the box in its ball: exact for linf and l1; for l2 it is the maximum over
/// the box, over the ball, or where both matter a little more than the maximum.
Rational most_on(const Box& box, const std::vector<Rational>& g);

}  // namespace foldproof
