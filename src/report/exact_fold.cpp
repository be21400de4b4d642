#include "report/exact_fold.h"

#include "number/rational.h"
#include "number/scalar.h"

namespace foldproof {

namespace {

constexpr double kSeconds = 2;
constexpr std::size_t kMostSegments = 20000;

}  // namespace

std::optional<std::vector<std::array<Point, 2>>> exact_fold(const Model& model, const Vector& origin,
                                                            const Window& window) {
  std::vector<Rational> start;
  for (const double x : origin) start.push_back(Rational::from_double(x));
  std::vector<std::pair<std::string, std::string>> box;
  for (const auto& [i, side] : {std::pair{0, window.s}, std::pair{1, window.t}}) {
    if (!(side[0] < side[1])) return std::nullopt;
    box.emplace_back((start[at(i)] + Rational::from_double(side[0])).str(),
                     (start[at(i)] + Rational::from_double(side[1])).str());
  }
  LocusOptions options;
  options.time = kSeconds;
  options.check = false;
  options.shape_only = true;
  const Locus locus = j0(model, box, options);
  if (!locus.complete || locus.points_exact.size() != locus.points.size()) return std::nullopt;
  std::vector<Point> points;
  for (const std::vector<std::string>& point : locus.points_exact) {
    points.push_back({(Rational::parse(point[0]).value() - start[0]).nearest_double(),
                      (Rational::parse(point[1]).value() - start[1]).nearest_double()});
  }
  std::vector<std::array<Point, 2>> segments;
  for (const std::vector<int>& line : locus.lines) {
    for (std::size_t k = 1; k < line.size(); ++k) segments.push_back({points[at(line[k - 1])], points[at(line[k])]});
  }
  if (segments.size() > kMostSegments) return std::nullopt;
  return segments;
}

}  // namespace foldproof
