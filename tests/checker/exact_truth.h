// What is true of a small network, or of two, decided exactly and by brute force, so that nothing rests on the checker
// or on the search: all linear pieces of a box are cut out as polytopes (vertices with the constraints tight at them),
// and two pieces P, Q collide iff { (x, y) in P x Q : f(x) = f(y) } has a vertex with x != y. Only Rational is
// borrowed.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "number/rational.h"

namespace foldproof::testing {

/// A number as docs/certificate.md writes it. @throws std::invalid_argument
Rational proof_number(const std::string& text);

class ExactTruth {
 public:
  using Point = std::vector<Rational>;
  using Affine = std::vector<Rational>;  // coefficients of the inputs, then the constant
  using Box = std::vector<std::pair<Rational, Rational>>;
  /// The points of a closed box where all cuts are >= 0. @pre it has an interior
  struct Body {
    Box box;
    std::vector<Affine> cuts;
  };
  struct Fibre {
    std::vector<Point> points;
    std::vector<std::pair<Point, Point>> flats;
  };

  /// @throws std::exception if a text is not a weights file. The second one is of a network of the same inputs.
  explicit ExactTruth(const std::string& weights, const std::string& second = "");

  std::size_t inputs() const { return n_; }
  std::size_t outputs() const { return m_; }  ///< of the first network
  Point value(const Point& x) const;          ///< of the first network
  /// No two points have the same image.
  bool injective(const Body& body) const;
  /// Two points with equal images under the first network have equal images under the second.
  bool factors(const Body& body) const;
  /// All full-dimensional pieces have determinants of one sign, and none is zero. @pre square
  bool one_sign(const Body& body) const;
  /// The signs of the determinants of all full-dimensional pieces. @pre square
  std::set<int> signs(const Body& body) const;
  /// No other point has the image of this one.
  bool alone(const Body& body, const Point& at) const;
  /// Every point with this image is listed, or joined to a segment that is by segments of such points.
  bool complete(const Box& box, const Point& image, const Fibre& listed) const;
  /// Points between the two have this image, too.
  bool joined(const Point& x, const Point& y, const Point& image) const;

 private:
  struct Row {
    Rational constant;
    std::vector<std::pair<std::size_t, Rational>> terms;
  };
  struct Cell;
  class Cutter;

  void read(const std::string& weights);
  bool apart(const Body& body, bool also_itself,
             const std::function<bool(const Cell&, const Cell&, const Rational*)>& allowed) const;

  std::size_t n_ = 0, m_ = 0;
  std::vector<Row> neurons_, outputs_;
};

}  // namespace foldproof::testing
