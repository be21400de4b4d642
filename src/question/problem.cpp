#include "question/problem.h"

#include <algorithm>
#include <limits>

#include "model/evaluate.h"

namespace foldproof {

Box Problem::root(double r) const {
  Box box = box_around(r);
  box.ball = {norm, r};
  return box;
}

Box Problem::box_around(double r) const {
  Box box{std::vector<double>(centre.size(), -r), std::vector<double>(centre.size(), r)};
  for (std::size_t i = 0; i < domain.size(); ++i) {
    box.lower[i] = std::max(box.lower[i], (domain[i].first - centre[i]).lower_double());
    box.upper[i] = std::min(box.upper[i], (domain[i].second - centre[i]).upper_double());
  }
  return box;
}

namespace {

std::vector<Rational> minus(std::vector<Rational> x, const std::vector<Rational>& centre) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] -= centre[i];
  return x;
}

}  // namespace

Rational Problem::radius_of(const std::vector<Rational>& x) const { return norm_upper(norm, minus(x, centre)); }

Rational Problem::squared_radius_of(const std::vector<Rational>& x) const { return square_sum(minus(x, centre)); }

std::vector<Rational> Problem::given(std::vector<Rational> x) const {
  for (std::size_t i = 0; i < scale.size(); ++i) x[i] *= scale[i];
  return x;
}

std::vector<std::pair<Rational, Rational>> Problem::given_domain() const {
  std::vector<std::pair<Rational, Rational>> result = domain;
  for (std::size_t i = 0; i < std::min(scale.size(), domain.size()); ++i) {
    result[i].first *= scale[i];
    result[i].second *= scale[i];
  }
  return result;
}

bool Problem::in_domain(const std::vector<Rational>& x) const {
  for (std::size_t i = 0; i < domain.size(); ++i) {
    if (x[i] < domain[i].first || x[i] > domain[i].second) return false;
  }
  return true;
}

double Problem::domain_reach() const {
  if (domain.empty()) return std::numeric_limits<double>::infinity();
  return root(std::numeric_limits<double>::infinity()).reach(norm);
}

std::optional<Collision> verify_collision(const Problem& problem, std::vector<Rational> x, std::vector<Rational> y) {
  if (x == y || !problem.in_domain(x) || !problem.in_domain(y)) return std::nullopt;
  Collision pair;
  pair.f = evaluate(*problem.network, x).output;
  std::vector<Rational> other = evaluate(*problem.network, y).output;
  const auto common = static_cast<std::ptrdiff_t>(problem.common_outputs());
  pair.b_x.assign(pair.f.begin() + common, pair.f.end());
  pair.b_y.assign(other.begin() + common, other.end());
  pair.f.resize(static_cast<std::size_t>(common));
  other.resize(static_cast<std::size_t>(common));
  if (pair.f != other || (problem.outputs_of_a > 0 && pair.b_x == pair.b_y)) return std::nullopt;
  pair.radius = std::max(problem.radius_of(x), problem.radius_of(y));
  pair.radius_upper = pair.radius.upper_double();
  pair.x = std::move(x);
  pair.y = std::move(y);
  return pair;
}

}  // namespace foldproof
