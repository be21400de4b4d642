// Linear functions over the part of a box in a ball: bounds hold at exact points, and are as good as they are said to
// be.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bounds/box.h"
#include "number/scalar.h"
#include "random_networks.h"

namespace foldproof::testing {
namespace {

// |u| <= r, exactly.
bool holds(const Ball& ball, const std::vector<Rational>& u) {
  const Rational r = Rational::from_double(ball.radius);
  return ball.norm == Norm::l2 ? square_sum(u) <= r * r : norm_upper(ball.norm, u) <= r;
}

Rational product(const std::vector<Rational>& a, const std::vector<Rational>& b) {
  Rational result;
  for (std::size_t i = 0; i < a.size(); ++i) result.add_product(a[i], b[i]);
  return result;
}

std::vector<Rational> rationals(const std::vector<double>& x) {
  std::vector<Rational> result;
  for (const double entry : x) result.push_back(Rational::from_double(entry));
  return result;
}

struct Question {
  Box box;
  std::vector<double> g;
};

// Entries are multiples of 1/8, sides touch or miss 0, some are points; the ball holds a part of the box.
Question question(Norm norm, int n, std::mt19937_64& random) {
  Question result;
  for (int i = 0; i < n; ++i) {
    const int low = random_int(random, -16, 12);
    result.box.lower.push_back(low / 8.0);
    result.box.upper.push_back((low + std::max(0, random_int(random, -2, 12))) / 8.0);
    result.g.push_back(random_int(random, -12, 12) / 4.0);
  }
  const double near = result.box.distance(norm), far = result.box.reach(norm);
  result.box.ball = {norm, near + (far - near) * random_int(random, 1, 7) / 8.0};
  return far > near + 0.01 ? result : question(norm, n, random);
}

// The best point: the nearest one, moved on where that pays most (l1).
Rational most_by_moving(const Question& q) {
  const int n = q.box.size();
  std::vector<Rational> u(at(n));
  Rational left = Rational::from_double(q.box.ball.radius);
  std::vector<int> order;
  for (int i = 0; i < n; ++i) {
    u[at(i)] = Rational::from_double(std::clamp(0.0, q.box.lower[at(i)], q.box.upper[at(i)]));
    left -= abs(u[at(i)]);
    order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](int a, int b) { return std::abs(q.g[at(a)]) > std::abs(q.g[at(b)]); });
  for (const int i : order) {
    const Rational end = Rational::from_double(q.g[at(i)] > 0.0 ? q.box.upper[at(i)] : q.box.lower[at(i)]);
    if (q.g[at(i)] == 0.0 || abs(end) < abs(u[at(i)])) continue;  // towards the centre: free, below
    const Rational step = std::min(left, abs(end - u[at(i)]));
    u[at(i)] += q.g[at(i)] > 0.0 ? step : -step;
    left -= step;
  }
  return product(rationals(q.g), u);
}

// The best point along the curve of box.cpp, by bisection (l2).
double most_by_bisection(const Question& q) {
  const std::size_t n = q.g.size();
  double low = 1e-9, high = 1e9, best = 0.0;
  for (int step = 0; step < 200; ++step) {
    const double t = std::sqrt(low * high);
    double square = 0.0, value = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double u = std::clamp(q.g[i] / t, q.box.lower[i], q.box.upper[i]);
      square += u * u;
      value += q.g[i] * u;
    }
    const bool inside = square <= q.box.ball.radius * q.box.ball.radius;
    (inside ? high : low) = t;
    if (inside) best = value;
  }
  return best;
}

TEST(PartsOfBoxes, BoundsHoldAndAreTheBest) {
  std::mt19937_64 random(11);
  int cut = 0;
  for (int repeat = 0; repeat < 3000; ++repeat) {
    const Norm norm = repeat % 2 == 0 ? Norm::l1 : Norm::l2;
    const int n = 1 + repeat / 2 % 4;
    const Question q = question(norm, n, random);
    const std::vector<Rational> g = rationals(q.g);
    const Rational exact = most_on(q.box, g);
    std::vector<double> middle, half, a;
    for (int i = 0; i < n; ++i) {
      middle.push_back(0.5 * (q.box.lower[at(i)] + q.box.upper[at(i)]));
      half.push_back(q.box.upper[at(i)] - middle.back());
      a.push_back(q.g[at(i)] * half.back());
    }
    const Rational centre = product(g, rationals(middle));
    const Frame frame{n, middle.data(), half.data()};
    double rounded = most_in_ball(q.box.ball, frame, a.data(), 1.0), box_alone = 0.0;
    for (const double entry : a) box_alone += std::abs(entry);
    rounded = std::min(rounded, box_alone);
    const Rational least = -most_on(q.box, [&] {
      std::vector<Rational> minus = g;
      for (Rational& entry : minus) entry = -entry;
      return minus;
    }());
    const double rounded_least = -std::min(box_alone, most_in_ball(q.box.ball, frame, a.data(), -1.0));
    for (const std::vector<Rational>& u : sample_points(q.box, 12, random)) {
      if (!holds(q.box.ball, u)) {
        ++cut;
        continue;
      }
      const Rational value = product(g, u);
      EXPECT_LE(value, exact);
      EXPECT_GE(value, least);
      EXPECT_LE(value - centre, Rational::from_double(rounded));
      EXPECT_GE(value - centre, Rational::from_double(rounded_least));
    }
    EXPECT_NEAR(rounded, (exact - centre).nearest_double(), 1e-12) << repeat;
    std::vector<double> t;
    farthest_in_ball(q.box.ball, frame, a.data(), 1.0, t);
    double reached = 0.0;
    std::vector<double> u;
    for (int i = 0; i < n; ++i) {
      reached += a[at(i)] * t[at(i)];
      u.push_back(middle[at(i)] + half[at(i)] * t[at(i)]);
      EXPECT_LE(std::abs(t[at(i)]), 1.0 + 1e-12);
    }
    EXPECT_NEAR(reached, (exact - centre).nearest_double(), 1e-7) << repeat;
    EXPECT_LE(norm_of(norm, u), q.box.ball.radius * (1.0 + 1e-12)) << repeat;
    if (norm == Norm::l1) {
      EXPECT_EQ(exact, most_by_moving(q)) << repeat;
    } else {
      EXPECT_NEAR(exact.nearest_double(), most_by_bisection(q), 1e-7) << repeat;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(cut, 5000);
}

TEST(PartsOfBoxes, ATangentIsExact) {
  const std::vector<Rational> g = {Rational(3), Rational(-4)};
  Box box{{-5.0, -5.0}, {5.0, 5.0}, {Norm::l2, 2.0}};
  EXPECT_EQ(most_on(box, g), Rational(10));
  box.ball = {Norm::l1, 2.5};
  EXPECT_EQ(most_on(box, g), Rational(10));
  box.lower[1] = -1.0;  // box and ball together: (3/2, -1)
  EXPECT_EQ(most_on(box, g), Rational::parse("17/2").value());
  box.ball = {Norm::linf, 2.0};  // says nothing
  EXPECT_EQ(most_on(box, g), Rational(19));
  EXPECT_FALSE(box.sticks_out());
}

TEST(PartsOfBoxes, ClippingTightensTheBall) {
  Box box{{-5.0, -1.0}, {5.0, 5.0}, {Norm::l2, 4.0}};
  EXPECT_TRUE(box.clip(3.0));
  EXPECT_EQ(box.ball.radius, 3.0);
  EXPECT_EQ(box.lower, (std::vector<double>{-3.0, -1.0}));
  EXPECT_TRUE(box.clip(6.0));
  EXPECT_EQ(box.ball.radius, 3.0);
  EXPECT_TRUE(box.sticks_out());
}

TEST(PartsOfBoxes, NonsenseIsNoBound) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const double middle[] = {0.0, 0.0}, half[] = {1.0, 1.0};
  for (const Norm norm : {Norm::l1, Norm::l2}) {
    for (const double bad : {inf, nan}) {
      const double a[] = {bad, 1.0};
      EXPECT_FALSE(most_in_ball({norm, 1.0}, {2, middle, half}, a, 1.0) < 1e300);
    }
    const double zero[] = {0.0, 0.0};
    EXPECT_NEAR(most_in_ball({norm, 1.0}, {2, middle, half}, zero, 1.0), 0.0, 1e-300);
  }
}

}  // namespace
}  // namespace foldproof::testing
