// Where an answer speaks: balls, boxes and domains in doubles, and their sections with planes, for pictures.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "foldproof/foldproof.h"
#include "report/json_text.h"

namespace foldproof {

using Vector = std::vector<double>;
using Point = std::array<double, 2>;

double dot(const Vector& a, const Vector& b);

/// The point of parameters (s, t) is origin + s u + t v.
struct Plane {
  Vector origin, u, v;
  Vector at(double s, double t) const;
};

/// [lower, upper] per side.
struct Window {
  Point s, t;
  bool contains(const Point& point) const;
};

/// Rounds numbers for a picture to about a 20,000th of its extent, so that they print short.
class Rounding {
 public:
  explicit Rounding(double extent);
  Json operator()(double value) const;
  Json operator()(const Point& point) const;
  Json operator()(const std::vector<Point>& points) const;

 private:
  double scale_;   // power of ten
  bool multiply_;  // by scale_, or divide by it
};

/// The set an answer is about, as the picture needs it.
class Region {
 public:
  explicit Region(const Answer& answer);

  const Vector& center() const { return center_; }
  bool is_box() const { return is_box_; }
  /// Radii the outlines are drawn at; nothing where there is no such bound, or where it is zero.
  const std::optional<double>& lower() const { return lower_; }
  const std::optional<double>& upper() const { return upper_; }
  /// Radius of what is shown: the largest of these, or where there is none, of the surroundings of the centre.
  double extent() const;
  /// Smallest box around the largest of these sets, stretched about its middle.
  std::vector<Point> bounding_box(double stretch) const;
  /// The part of [low, high] (relative to the centre, along input i) that an answer speaks of: leaf boxes reach
  /// beyond the proved ball, what they prove does not.
  Point within(std::size_t i, double low, double high) const;
  /// Section of the ball of this radius (and the domain), or of the box, with a plane through the centre
  /// (2-D: any parametrisation), counterclockwise or clockwise; empty if they do not meet.
  std::vector<Point> outline(const Plane& plane, double radius) const;

 private:
  double scale(std::size_t i) const { return scale_.empty() ? 1.0 : scale_[i]; }

  bool is_box_;
  std::string norm_;
  Vector center_, scale_;
  std::vector<Point> domain_;  // empty: none
  std::optional<double> lower_, upper_;
  double fallback_ = 0;
};

}  // namespace foldproof
