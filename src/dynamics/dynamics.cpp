// The public side of orbits and of polynomial maps: from texts to numbers and back.
#include "foldproof/dynamics.h"

#include <fmt/format.h>

#include <chrono>

#include "dynamics/map_fold.h"
#include "dynamics/map_preimages.h"
#include "dynamics/orbit.h"
#include "dynamics/polynomial_map.h"
#include "model/sampler.h"
#include "number/decimal.h"

namespace foldproof {

namespace {

std::vector<Rational> read_point(const std::vector<std::string>& at, int dimension, const char* what) {
  if (static_cast<int>(at.size()) != dimension) {
    throw InputError(fmt::format("the point has {} but the {} has {}; give one number each",
                                 count_of(at.size(), "coordinate"), what, count_of(dimension, "input")));
  }
  std::vector<Rational> point;
  for (const std::string& text : at) {
    const std::optional<Rational> value = Rational::parse(text);
    if (!value) throw InputError(fmt::format("'{}' is not a number; write a decimal or p/q", text));
    point.push_back(*value);
  }
  return point;
}

std::vector<double> doubles(const std::vector<Rational>& point) {
  std::vector<double> result;
  for (const Rational& entry : point) result.push_back(entry.nearest_double());
  return result;
}

void require_some_steps(const OrbitOptions& options) {
  constexpr std::size_t kMost = 100'000'000;
  if (options.steps < 1) throw InputError("an orbit needs at least one step");
  if (options.steps > kMost || options.skip > kMost) {
    throw InputError(fmt::format("an orbit takes up to {} steps", kMost));
  }
}

std::vector<Interval> read_box(const ExactBox& box, int dimension) {
  if (static_cast<int>(box.size()) != dimension) {
    throw InputError(fmt::format("the box has {} but the map has {}; give one interval L:U each",
                                 count_of(box.size(), "interval"), count_of(dimension, "input")));
  }
  std::vector<Interval> result;
  for (const auto& [low, high] : box) {
    const std::optional<Rational> lower = Rational::parse(low), upper = Rational::parse(high);
    if (!lower || !upper || *lower >= *upper) {
      throw InputError(fmt::format("'{}:{}' is not an interval; write LOWER:UPPER with LOWER < UPPER", low, high));
    }
    result.emplace_back(*lower, *upper);
  }
  return result;
}

void require_plane(const Map& map) {
  if (map.dimension() <= 2) return;
  throw InputError(fmt::format(
      "the map has {} states; its preimages and its fold are computed on the line and in the plane", map.dimension()));
}

MapPreimage isolated(const std::vector<Interval>& box, int multiplicity, int sign) {
  MapPreimage result{{}, {}, multiplicity, sign};
  for (const auto& [low, high] : box) {
    result.box_exact.emplace_back(low.str(), high.str());
    result.x.push_back(((low + high) / Rational(2)).nearest_double());
  }
  return result;
}

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Orbit started(const std::vector<std::string>& at, const OrbitOptions& options, Orbit orbit) {
  orbit.at_exact = at;
  orbit.steps = options.steps;
  orbit.skip = options.skip;
  return orbit;
}

}  // namespace

Map Map::load(const std::string& path, const std::map<std::string, std::string>& set) {
  Map result;
  result.map_ = std::make_shared<const PolynomialMap>(PolynomialMap::read(path, set));
  return result;
}

int Map::dimension() const { return map_->dimension(); }

std::vector<std::string> Map::evaluate(const std::vector<std::string>& x) const {
  std::vector<std::string> result;
  for (const Rational& value : map_->evaluate(read_point(x, dimension(), "map"))) result.push_back(value.str());
  return result;
}

Orbit orbit(const Model& model, const std::vector<std::string>& at, const OrbitOptions& options) {
  if (model.inputs() != model.outputs()) {
    throw InputError(
        fmt::format("the network maps {} free inputs to {} outputs, so it cannot be iterated; choose with --fix and "
                    "--outputs as many outputs as inputs",
                    model.inputs(), model.outputs()));
  }
  require_some_steps(options);
  const Sampler f(model.network());
  return started(at, options,
                 iterate([&](const std::vector<double>& x) { return f.value(x); },
                         doubles(read_point(at, model.inputs(), "network")), options));
}

Orbit orbit(const Map& map, const std::vector<std::string>& at, const OrbitOptions& options) {
  require_some_steps(options);
  return started(at, options,
                 iterate(DoubleMap(map.polynomials()), doubles(read_point(at, map.dimension(), "map")), options));
}

MapPreimages preimages(const Map& map, const std::vector<std::vector<std::string>>& values, const ExactBox& box) {
  const Stopwatch watch;
  require_plane(map);
  const std::vector<Interval> where = box.empty() ? std::vector<Interval>{} : read_box(box, map.dimension());
  MapPreimages result{box, {}, 0};
  for (const std::vector<std::string>& value : values) {
    const PreimagesOfMap found = preimages_of_map(map.polynomials(), read_point(value, map.dimension(), "map"), where);
    MapPreimageSet& set = result.sets.emplace_back();
    set.value_exact = value;
    set.complete = found.unresolved.empty();
    set.curve = found.curve;
    set.reason = found.unresolved;
    for (const PreimageOfMap& point : found.points) {
      set.points.push_back(isolated(point.box, point.multiplicity, point.sign));
    }
  }
  result.seconds = watch.seconds();
  return result;
}

MapFold j0(const Map& map, const ExactBox& box, int cells) {
  const Stopwatch watch;
  constexpr int kMostCells = 10'000;
  require_plane(map);
  if (cells < 2 || cells > kMostCells)
    throw InputError(fmt::format("a grid has from 2 to {} cells per side, not {}", kMostCells, cells));
  const FoldOfMap found = fold_of_map(map.polynomials(), read_box(box, map.dimension()), cells);
  MapFold result{
      box, found.determinant.text(), found.everywhere, {}, {}, found.grid_lines, found.crossings, found.open_cells, 0};
  for (const IsolatedRoot& root : found.points)
    result.points.push_back(isolated({root.enclosure}, root.multiplicity, 0));
  for (const auto& line : found.lines) {
    auto& vertices = result.lines.emplace_back();
    for (const auto& vertex : line) vertices.emplace_back(vertex.begin(), vertex.end());
  }
  result.seconds = watch.seconds();
  return result;
}

}  // namespace foldproof
