#include "report/region.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "number/rational.h"

namespace foldproof {

namespace {

double number(const std::string& text) {
  const std::optional<Rational> value = Rational::parse(text);
  return value ? value->nearest_double() : 0.0;
}

/// The part of a convex polygon where a s + b t <= c (Sutherland-Hodgman).
std::vector<Point> clip(const std::vector<Point>& polygon, double a, double b, double c) {
  const auto excess = [&](const Point& p) { return a * p[0] + b * p[1] - c; };
  std::vector<Point> result;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point& p = polygon[i];
    const Point& q = polygon[(i + 1) % polygon.size()];
    const double at_p = excess(p), at_q = excess(q);
    if (at_p <= 0) result.push_back(p);
    if ((at_p < 0 && at_q > 0) || (at_p > 0 && at_q < 0)) {
      const double share = at_p / (at_p - at_q);
      result.push_back({p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])});
    }
  }
  return result;
}

double norm_of(const std::string& norm, const Vector& d) {
  double sum = 0;
  for (const double x : d) sum += norm == "l2" ? x * x : std::abs(x);
  return norm == "l2" ? std::sqrt(sum) : sum;
}

/// Section of the l1 or l2 ball about the point (s, t) of the plane: for l1 its corners, where an entry vanishes. The
/// directions of the plane are divided by the scale.
std::vector<Point> round_section(const std::string& norm, const Plane& scaled, const Point& middle, double radius) {
  constexpr int kSides = 180;
  std::vector<double> angles;
  if (norm == "l2") {
    for (int i = 0; i < kSides; ++i) angles.push_back(2 * std::numbers::pi * i / kSides);
  } else {
    for (std::size_t i = 0; i < scaled.u.size(); ++i) {
      if (scaled.u[i] == 0 && scaled.v[i] == 0) continue;
      const double angle = std::atan2(scaled.u[i], -scaled.v[i]);
      angles.push_back(angle);
      angles.push_back(angle > 0 ? angle - std::numbers::pi : angle + std::numbers::pi);
    }
    std::sort(angles.begin(), angles.end());
  }
  std::vector<Point> polygon;
  for (const double angle : angles) {
    const double ds = std::cos(angle), dt = std::sin(angle);
    Vector d(scaled.u.size());
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = ds * scaled.u[i] + dt * scaled.v[i];
    const double reach = radius / norm_of(norm, d);
    polygon.push_back({middle[0] + reach * ds, middle[1] + reach * dt});
  }
  return polygon;
}

}  // namespace

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Vector Plane::at(double s, double t) const {
  Vector x = origin;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += s * u[i] + t * v[i];
  return x;
}

bool Window::contains(const Point& point) const {
  return point[0] >= s[0] && point[0] <= s[1] && point[1] >= t[0] && point[1] <= t[1];
}

Rounding::Rounding(double extent) {
  constexpr int kDigits = 4, kMost = 290;
  int decimals = extent > 0 && std::isfinite(extent) ? kDigits - static_cast<int>(std::floor(std::log10(extent))) : 0;
  decimals = std::clamp(decimals, -kMost, kMost);
  multiply_ = decimals >= 0;
  scale_ = std::pow(10.0, std::abs(decimals));
}

Json Rounding::operator()(double value) const {
  const double rounded = multiply_ ? std::round(value * scale_) / scale_ : std::round(value / scale_) * scale_;
  return finite_or_null(rounded);
}

Json Rounding::operator()(const Point& point) const { return Json::array({(*this)(point[0]), (*this)(point[1])}); }

Json Rounding::operator()(const std::vector<Point>& points) const {
  Json result = Json::array();
  for (const Point& point : points) result.push_back((*this)(point));
  return result;
}

Region::Region(const Answer& answer)
    : is_box_(answer.question == "injective" || answer.question == "j0"), norm_(answer.norm), center_(answer.center) {
  for (const std::string& entry : answer.scale_exact) scale_.push_back(number(entry));
  for (const auto& [low, high] : answer.domain_exact) domain_.push_back({number(low), number(high)});
  if (is_box_) {
    center_.clear();
    for (const Point& side : domain_) center_.push_back((side[0] + side[1]) / 2);
    return;
  }
  if (answer.lower > 0) lower_ = answer.lower;
  if (answer.upper && *answer.upper > 0) upper_ = answer.upper;
  // No radius can be drawn: nothing is known of it, or it is 0. The surroundings of the centre are shown then, and all
  // of the pair; where it is 0 the pair may be as near to the centre as one likes, and says nothing of their size.
  constexpr double kShare = 0.25;
  double largest = 1;
  for (const double c : center_) largest = std::max(largest, std::abs(c));
  fallback_ = kShare * largest;
  if (answer.local_lower > 0) fallback_ = answer.local_lower;
  if (answer.witness) {
    double reach = 0;
    for (std::size_t i = 0; i < center_.size(); ++i) {
      reach = std::max({reach, std::abs(answer.witness->x[i] - center_[i]) / scale(i),
                        std::abs(answer.witness->y[i] - center_[i]) / scale(i)});
    }
    fallback_ = std::max(fallback_, reach);
  }
}

double Region::extent() const { return upper_ ? *upper_ : lower_.value_or(fallback_); }

std::vector<Point> Region::bounding_box(double stretch) const {
  std::vector<Point> box;
  for (std::size_t i = 0; i < center_.size(); ++i) {
    constexpr double kUnbounded = std::numeric_limits<double>::infinity();
    const double reach = is_box_ ? kUnbounded : extent() * scale(i);
    Point side{center_[i] - reach, center_[i] + reach};
    if (!domain_.empty()) side = {std::max(side[0], domain_[i][0]), std::min(side[1], domain_[i][1])};
    const double middle = (side[0] + side[1]) / 2, half = stretch * (side[1] - side[0]) / 2;
    box.push_back({middle - half, middle + half});
  }
  return box;
}

Point Region::within(std::size_t i, double low, double high) const {
  Point side{center_[i] + low, center_[i] + high};
  if (lower_) {
    const double reach = *lower_ * scale(i);
    side = {std::max(side[0], center_[i] - reach), std::min(side[1], center_[i] + reach)};
  }
  if (!domain_.empty()) side = {std::max(side[0], domain_[i][0]), std::min(side[1], domain_[i][1])};
  return side;
}

std::vector<Point> Region::outline(const Plane& plane, double radius) const {
  const std::size_t n = center_.size();
  Vector offset(n);
  for (std::size_t i = 0; i < n; ++i) offset[i] = center_[i] - plane.origin[i];
  const Point middle{dot(offset, plane.u) / dot(plane.u, plane.u), dot(offset, plane.v) / dot(plane.v, plane.v)};

  std::vector<Point> polygon;
  if (!is_box_ && norm_ != "linf") {
    Plane scaled = plane;
    for (std::size_t i = 0; i < n; ++i) {
      scaled.u[i] /= scale(i);
      scaled.v[i] /= scale(i);
    }
    polygon = round_section(norm_, scaled, middle, radius);
  } else {
    double reach = radius;
    for (std::size_t i = 0; i < n; ++i) reach = std::max(reach, radius * scale(i));
    for (const Point& side : domain_) reach = std::max(reach, side[1] - side[0]);
    // A plane through the centre, directions of length one: no point of the section is farther than this.
    reach *= 2 * std::sqrt(static_cast<double>(n));
    polygon = {{middle[0] - reach, middle[1] - reach},
               {middle[0] + reach, middle[1] - reach},
               {middle[0] + reach, middle[1] + reach},
               {middle[0] - reach, middle[1] + reach}};
  }
  const auto keep_between = [&](std::size_t i, double low, double high) {
    polygon = clip(polygon, plane.u[i], plane.v[i], high - plane.origin[i]);
    polygon = clip(polygon, -plane.u[i], -plane.v[i], plane.origin[i] - low);
  };
  for (std::size_t i = 0; i < n; ++i) {
    if (!is_box_ && norm_ == "linf") keep_between(i, center_[i] - radius * scale(i), center_[i] + radius * scale(i));
    if (!domain_.empty()) keep_between(i, domain_[i][0], domain_[i][1]);
  }
  return polygon;
}

}  // namespace foldproof
