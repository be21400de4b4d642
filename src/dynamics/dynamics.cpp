// The public side of orbits and of polynomial maps: from texts to numbers and back.
#include <fmt/format.h>

#include "dynamics/orbit.h"
#include "dynamics/polynomial_map.h"
#include "foldproof/dynamics.h"
#include "model/sampler.h"

namespace foldproof {

namespace {

std::vector<Rational> read_point(const std::vector<std::string>& at, int dimension, const char* what) {
  if (static_cast<int>(at.size()) != dimension) {
    throw InputError(fmt::format("the point has {} coordinates but the {} has {} inputs; give one number each", at.size(), what,
                                 dimension));
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
  return started(at, options, iterate([&](const std::vector<double>& x) { return f.value(x); },
                                      doubles(read_point(at, model.inputs(), "network")), options));
}

Orbit orbit(const Map& map, const std::vector<std::string>& at, const OrbitOptions& options) {
  require_some_steps(options);
  return started(at, options,
                 iterate(DoubleMap(map.polynomials()), doubles(read_point(at, map.dimension(), "map")), options));
}

}  // namespace foldproof
