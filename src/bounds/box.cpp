// Claim: for every h, g . u <= r |h|_q + max over the box of (g - h) . u for all u of the box with |u|_p <= r
// (q the dual norm: Hoelder). So any h gives a bound, and which one is a matter of quality alone.
// The best h is on a curve h(t), t >= 0, each entry of which is g_i drawn into an interval that grows with t:
//     l1:  [-t, t], or t alone where u_i > 0 on the box, -t where u_i < 0;
//     l2:  [t low_i, t high_i]: h = t u for the u of the box that is best for g . u - t |u|^2 / 2.
// For l1 the bound is convex and piecewise linear in t, with its breaks at t = |g_i|: the best of them is exact (linear
// programming duality). For l2 the best t has |u(t)| = r, and |u(t)| falls with t: between two breaks, where an entry
// reaches an end of its interval, that is one equation for t.
#include "bounds/box.h"

#include <algorithm>
#include <cmath>

#include "number/rounding.h"
#include "number/scalar.h"

namespace foldproof {

namespace {

// h_i at t, for u_i in [low, high].
template <class Number>
Number multiplier(Norm norm, const Number& t, const Number& g, const Number& low, const Number& high) {
  const Number zero(0);
  const Number least = norm == Norm::l2 ? t * low : low > zero ? t : -t;
  const Number most = norm == Norm::l2 ? t * high : high < zero ? -t : t;
  return g < least ? least : g > most ? most : g;
}

// For l2: the t with |u(t)| = r, in plain double. g(i), low(i), high(i) by functions.
template <class Slope, class Low, class High>
double euclidean_level(double r, int n, const Slope& g, const Low& low, const High& high) {
  const auto u = [&](int i, double t) { return std::min(std::max(g(i) / t, low(i)), high(i)); };
  double below = 0.0, above = infinity;  // |u| >= r at the one, < r at the other
  for (int i = 0; i < n; ++i) {
    for (const double end : {low(i), high(i)}) {
      const double t = g(i) / end;
      if (!(t > 0.0) || !(t < infinity)) continue;
      double square = 0.0;
      for (int j = 0; j < n; ++j) square += u(j, t) * u(j, t);
      if (square >= r * r) {
        below = std::max(below, t);
      } else {
        above = std::min(above, t);
      }
    }
  }
  const double between = above < infinity ? 0.5 * below + 0.5 * above : below > 0.0 ? 2.0 * below : 1.0;
  double rest = r * r, free = 0.0;
  for (int i = 0; i < n; ++i) {
    const double here = g(i) / between;
    if (here > low(i) && here < high(i)) {
      free += g(i) * g(i);
    } else {
      rest -= u(i, between) * u(i, between);
    }
  }
  const double t = std::sqrt(free / rest);
  return rest > 0.0 && t >= below && t <= above ? t : between;
}

}  // namespace

double Box::distance(Norm norm) const {
  return norm_bounds(norm, size(), [&](int i) { return std::max({0.0, lower[at(i)], -upper[at(i)]}); }).lower;
}

double Box::reach(Norm norm) const {
  return norm_bounds(norm, size(), [&](int i) { return std::max({0.0, -lower[at(i)], upper[at(i)]}); }).upper;
}

bool Box::clip(double r) {
  ball.radius = std::min(ball.radius, r);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    lower[i] = std::max(lower[i], -r);
    upper[i] = std::min(upper[i], r);
    if (lower[i] > upper[i]) return false;
  }
  return true;
}

bool Box::sticks_out() const { return ball.norm != Norm::linf && reach(ball.norm) > ball.radius; }

// sum a_i t_i = sum h_i (u_i - middle_i) + sum (a_i - h_i half_i) t_i <= r |h|_q - h . middle + sum |a_i - h_i half_i|.
double most_in_ball(const Ball& ball, const Frame& frame, const double* a, double sign) {
  const int n = frame.n;
  const auto g = [&](int i) { return frame.half[i] > 0.0 ? sign * a[i] / frame.half[i] : 0.0; };
  const auto low = [&](int i) { return frame.middle[i] - frame.half[i]; };
  const auto high = [&](int i) { return frame.middle[i] + frame.half[i]; };
  const auto bound_at = [&](double t) {
    const auto h = [&](int i) { return multiplier(ball.norm, t, g(i), low(i), high(i)); };
    double along = 0.0, rest = 0.0, size = 0.0;
    for (int i = 0; i < n; ++i) {
      along += h(i) * frame.middle[i];
      rest += std::abs(sign * a[i] - h(i) * frame.half[i]);
      size += std::abs(h(i)) * (std::abs(frame.middle[i]) + frame.half[i]) + std::abs(a[i]);
    }
    const Norm dual = ball.norm == Norm::l1 ? Norm::linf : Norm::l2;
    const double through = ball.radius * norm_bounds(dual, n, [&](int i) { return std::abs(h(i)); }).upper;
    return through - along + rest + gamma(4.0 * n + 32.0) * (through + size) + underflow;
  };
  double best = infinity;
  if (ball.norm == Norm::l2) {
    best = bound_at(euclidean_level(ball.radius, n, g, low, high));
  } else {
    for (int i = 0; i < n; ++i) {
      const double bound = bound_at(std::abs(g(i)));
      if (bound < best) best = bound;
    }
  }
  return best < infinity ? best : infinity;  // NaN
}

// Of the box alone where that is in the ball. Otherwise l2: u(t); l1: from the point nearest to the centre on, in the
// directions where that pays most.
void farthest_in_ball(const Ball& ball, const Frame& frame, const double* a, double sign, std::vector<double>& t) {
  const int n = frame.n;
  const auto g = [&](int i) { return frame.half[i] > 0.0 ? sign * a[i] / frame.half[i] : 0.0; };
  const auto low = [&](int i) { return frame.middle[i] - frame.half[i]; };
  const auto high = [&](int i) { return frame.middle[i] + frame.half[i]; };
  const auto clamped = [&](double u, int i) { return std::min(std::max(u, low(i)), high(i)); };
  std::vector<double> u(at(n));
  for (int i = 0; i < n; ++i) u[at(i)] = g(i) > 0.0 ? high(i) : g(i) < 0.0 ? low(i) : clamped(0.0, i);
  if (ball.norm == Norm::l2 && norm_of(ball.norm, u) > ball.radius) {
    const double level = euclidean_level(ball.radius, n, g, low, high);
    for (int i = 0; i < n; ++i) u[at(i)] = clamped(g(i) / level, i);
  } else if (ball.norm == Norm::l1 && norm_of(ball.norm, u) > ball.radius) {
    std::vector<int> order(at(n));
    double left = ball.radius;
    for (int i = 0; i < n; ++i) {
      order[at(i)] = i;
      left -= std::abs(clamped(0.0, i));
    }
    std::sort(order.begin(), order.end(), [&](int p, int q) { return std::abs(g(p)) > std::abs(g(q)); });
    for (const int i : order) {
      const double nearest = clamped(0.0, i), way = u[at(i)] - nearest;
      const bool free = std::abs(u[at(i)]) <= std::abs(nearest);
      const double step = free ? std::abs(way) : std::min(std::abs(way), std::max(left, 0.0));
      u[at(i)] = nearest + std::copysign(step, way);
      if (!free) left -= step;
    }
  }
  t.resize(at(n));
  for (int i = 0; i < n; ++i) t[at(i)] = frame.half[i] > 0.0 ? (u[at(i)] - frame.middle[i]) / frame.half[i] : 0.0;
}

Rational most_on(const Box& box, const std::vector<Rational>& g) {
  const auto end = [](const std::vector<double>& side, std::size_t i) { return Rational::from_double(side[i]); };
  const auto bound_by = [&](const std::vector<Rational>& h) {
    Rational result;
    for (std::size_t i = 0; i < g.size(); ++i) {
      const Rational rest = g[i] - h[i];
      result.add_product(rest, end(rest.sign() > 0 ? box.upper : box.lower, i));
    }
    const Rational size = box.ball.norm == Norm::l1 ? max_abs(h) : norm_upper(Norm::l2, h);
    if (size.sign() > 0) result.add_product(Rational::from_double(box.ball.radius), size);
    return result;
  };
  std::vector<Rational> h(g.size());
  Rational best = bound_by(h);
  if (!box.sticks_out()) return best;
  std::vector<Rational> levels;
  if (box.ball.norm == Norm::l1) {
    for (const Rational& entry : g) levels.push_back(abs(entry));
  } else {
    const double t = euclidean_level(
        box.ball.radius, box.size(), [&](int i) { return g[at(i)].nearest_double(); },
        [&](int i) { return box.lower[at(i)]; }, [&](int i) { return box.upper[at(i)]; });
    if (std::isfinite(t)) levels.push_back(Rational::from_double(t));
  }
  for (const Rational& t : levels) {
    for (std::size_t i = 0; i < g.size(); ++i)
      h[i] = multiplier(box.ball.norm, t, g[i], end(box.lower, i), end(box.upper, i));
    best = std::min(best, bound_by(h));
  }
  return best;
}

}  // namespace foldproof
