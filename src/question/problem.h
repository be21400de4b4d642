// What is asked: Problem 1 of Cui et al. (2023) on a ball, possibly cut by a domain box.
//
//     r* = sup { r : f injective on B(r) n D },   B(r) = { x : |x - c| <= r }
//
// in the maximum, sum or Euclidean norm. The yes/no question on a box is the same with c the box's centre and D the
// box.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bounds/region_network.h"
#include "model/network.h"

namespace foldproof {

struct Collision;

struct Problem {
  const Network* network = nullptr;
  Norm norm = Norm::linf;
  std::vector<Rational> centre;
  /// Weighted ball: everything here is about x' -> f(scale x') (entry by entry), in the coordinates x'. Empty: f
  /// itself.
  std::vector<Rational> scale;
  /// exact domain box, absolute coordinates; empty: none
  std::vector<std::pair<Rational, Rational>> domain;
  /// the search ends at this radius (a double, so that the cover's root box is exact)
  double max_radius = 0.0;
  double gap = 1e-6;
  /// Problem 3: the network is that of A and B together, and so many of its outputs, the first ones, are A's. A
  /// collision is then a pair with the same outputs of A and different ones of B. 0: all outputs are f's.
  int outputs_of_a = 0;
  /// How many neurons the network had as it was read: its neurons' numbers are below.
  int neurons_as_read = 0;
  /// the yes/no question: one collision, wherever, ends the search
  bool any_collision = false;
  /// every test must hold with this relative margin beyond what rounding asks for; 0 unless a checker refused a leaf
  double margin = 0.0;
  /// A pair that an earlier search found, and its kind: a search that begins with it proves its last ball from the
  /// start.
  const Collision* known = nullptr;
  std::string known_kind;
  /// With a delegate: the question as its workers read it. Empty: they are not asked.
  std::string asked;

  /// The smallest box around B(r) n D in coordinates relative to the centre (docs/certificate.md: U(r)), rounded
  /// outward by at most one ulp where D's faces are not doubles, with B(r) as its ball. What is proved on it holds on
  /// B(r) n D.
  Box root(double r) const;
  /// The same box without the ball.
  Box box_around(double r) const;
  /// |x - c|, exactly; where it is irrational, a double next to it and above.
  Rational radius_of(const std::vector<Rational>& x) const;
  /// The square of the Euclidean |x - c|, exactly.
  Rational squared_radius_of(const std::vector<Rational>& x) const;
  /// The point in the coordinates of the network as it was given: times scale.
  std::vector<Rational> given(std::vector<Rational> x) const;
  std::vector<std::pair<Rational, Rational>> given_domain() const;
  /// How many of the first outputs a collision has in common.
  int common_outputs() const { return outputs_of_a > 0 ? outputs_of_a : network->output_count(); }
  /// x is in D, exactly.
  bool in_domain(const std::vector<Rational>& x) const;
  /// Every point of D lies within this distance of the centre (upper bound); infinity without a domain.
  double domain_reach() const;
};

/// Two different inputs with the same output, in absolute coordinates, verified exactly. Problem 3: the same output of
/// A.
struct Collision {
  std::vector<Rational> x, y, f;
  Rational radius;                           // max(|x - c|, |y - c|), as Problem::radius_of
  double radius_upper;                       // the same, rounded up
  std::vector<Rational> b_x = {}, b_y = {};  // Problem 3: the outputs of B, different
};

/// x != y, f(x) = f(y), both in D; Problem 3: A(x) = A(y), B(x) != B(y). All in exact arithmetic; nothing if any of it
/// fails.
std::optional<Collision> verify_collision(const Problem& problem, std::vector<Rational> x, std::vector<Rational> y);

}  // namespace foldproof
