#include "dynamics/orbit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace foldproof {

namespace {

constexpr double kSame = 1e-9;  // relative to the size of the orbit
constexpr std::size_t kLongestPeriod = 64;
constexpr std::size_t kFewestForCurve = 64;

using Points = std::vector<std::vector<double>>;

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::fabs(a[i] - b[i]));
  return largest;
}

/// The least number of steps after which the last points come back; 0 if they do not within kLongestPeriod.
std::size_t period_of(const Points& points) {
  double size = 1;
  for (const double entry : points.back()) size = std::max(size, std::fabs(entry));
  for (std::size_t period = 1; period <= kLongestPeriod && 2 * period < points.size(); ++period) {
    bool same = true;
    for (std::size_t k = 0; k <= period && same; ++k) {
      const std::size_t last = points.size() - 1 - k;
      same = distance(points[last], points[last - period]) <= kSame * size;
    }
    if (same) return period;
  }
  return 0;
}

/// The points joined in the order of their direction from the mean: length and longest side of that polygon.
std::pair<double, double> polygon_of(const Points& points, std::size_t stride) {
  std::vector<double> x, y;
  for (std::size_t i = 0; i < points.size(); i += stride) {
    x.push_back(points[i][0]);
    y.push_back(points[i][1]);
  }
  const auto count = static_cast<double>(x.size());
  const double middle_x = std::accumulate(x.begin(), x.end(), 0.0) / count;
  const double middle_y = std::accumulate(y.begin(), y.end(), 0.0) / count;
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), 0);
  const auto direction = [&](std::size_t i) { return std::atan2(y[i] - middle_y, x[i] - middle_x); };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return direction(a) < direction(b); });
  double length = 0, longest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::size_t a = order[k], b = order[(k + 1) % order.size()];
    const double side = std::hypot(x[a] - x[b], y[a] - y[b]);
    length += side;
    longest = std::max(longest, side);
  }
  return {length, longest};
}

/// Points of a closed curve about their mean form a polygon that every second one of them forms nearly as well;
/// points that fill an area do not.
bool is_closed_curve(const Points& points) {
  if (points.front().size() != 2 || points.size() < kFewestForCurve) return false;
  constexpr double kLongestSide = 0.1, kLengthening = 1.02;
  const auto [length, longest] = polygon_of(points, 1);
  return longest < kLongestSide * length && length < kLengthening * polygon_of(points, 2).first;
}

}  // namespace

Orbit iterate(const Step& step, const std::vector<double>& start, const OrbitOptions& options) {
  Orbit orbit;
  std::vector<double> x = start;
  const auto finite = [&] {
    return std::all_of(x.begin(), x.end(), [](double entry) { return std::isfinite(entry); });
  };
  Points points;
  for (std::size_t k = 0; k <= options.skip + options.steps; ++k) {
    if (k > 0) x = step(x);
    if (!finite()) {
      orbit.kind = "escapes";
      orbit.escaped = k;
      break;
    }
    if (k >= options.skip) points.push_back(x);
  }
  if (orbit.kind.empty()) {
    const std::size_t period = period_of(points);
    if (period > 1) orbit.period = period;
    orbit.kind = period == 1               ? "fixed point"
                 : period > 1              ? "period"
                 : is_closed_curve(points) ? "closed curve"
                                           : "other";
  }
  if (options.most_points > 0 && points.size() > options.most_points) {
    orbit.stride = (points.size() + options.most_points - 1) / options.most_points;
  }
  for (std::size_t i = 0; i < points.size(); i += orbit.stride) orbit.points.push_back(std::move(points[i]));
  return orbit;
}

}  // namespace foldproof
