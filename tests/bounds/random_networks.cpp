#include "random_networks.h"

#include <algorithm>
#include <cmath>

namespace foldproof::testing {

namespace {

Rational random_weight(Weights kind, std::mt19937_64& random) {
  switch (kind) {
    case Weights::integers:
      return Rational(random_int(random, -4, 4)) / Rational(2);
    case Weights::thirds:
      return Rational(random_int(random, -9, 9)) / Rational(3L * random_int(random, 1, 7));
    case Weights::doubles:
      return Rational::from_double(std::uniform_real_distribution<double>(-1.5, 1.5)(random));
    case Weights::huge:
      return Rational(random_int(random, -9, 9)) *
             Rational::parse(random_int(random, 0, 1) == 0 ? "1e30" : "1e-30").value();
    case Weights::cancelling:
      return Rational(random_int(random, -99, 99)) * Rational(1L << 36) / Rational(7);
  }
  return Rational(0);
}

}  // namespace

int random_int(std::mt19937_64& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

Network random_network(const RandomShape& shape, std::mt19937_64& random) {
  NetworkBuilder builder(shape.inputs);
  std::vector<AffineRow> all;
  std::vector<AffineRow> previous;
  for (int i = 0; i < shape.inputs; ++i) previous.push_back(builder.input(i));
  all = previous;
  for (int layer = 0; layer <= shape.hidden; ++layer) {
    const std::vector<AffineRow>& sources = shape.skip ? all : previous;
    std::vector<const AffineRow*> pointers;
    for (const AffineRow& row : sources) pointers.push_back(&row);
    const bool last = layer == shape.hidden;
    std::vector<AffineRow> next;
    AffineRow twin;
    for (int k = 0; k < (last ? shape.outputs : shape.width); ++k) {
      AffineRow row;
      if (shape.weights == Weights::cancelling && !last && k % 2 == 1) {
        row = NetworkBuilder::add(twin, NetworkBuilder::constant(Rational(1) / Rational(3'000'000'000L)));
      } else {
        std::vector<Rational> weights;
        for (std::size_t i = 0; i < sources.size(); ++i) {
          // Twins come in pairs from the second layer on: their weights cancel but for one third.
          const bool cancels = shape.weights == Weights::cancelling && layer > 0 && i % 2 == 1;
          weights.push_back(cancels ? Rational(1) / Rational(3) - weights.back()
                                    : random_weight(shape.weights, random));
          if (shape.weights == Weights::cancelling && layer == 0) weights.back() /= Rational(1L << 36);
        }
        row = NetworkBuilder::combine(weights, pointers, random_weight(shape.weights, random));
        if (shape.weights == Weights::cancelling) row.constant /= Rational(1L << 37);
      }
      twin = row;
      next.push_back(last ? std::move(row) : builder.relu(row));
    }
    all.insert(all.end(), next.begin(), next.end());
    previous = std::move(next);
  }
  return builder.finish(std::move(previous), {});
}

std::vector<Rational> random_centre(const RandomShape& shape, std::mt19937_64& random) {
  std::vector<Rational> centre;
  const Rational unit = shape.weights == Weights::integers ? Rational(2) : Rational(3);
  for (int i = 0; i < shape.inputs; ++i) centre.push_back(Rational(random_int(random, -4, 4)) / unit);
  return centre;
}

Box random_box(const RandomShape& shape, std::mt19937_64& random) {
  Box box;
  const double scale = shape.weights == Weights::integers ? 0.5 : std::ldexp(0.7, -3 * random_int(random, -1, 8));
  for (int i = 0; i < shape.inputs; ++i) {
    const double a = scale * random_int(random, -4, 4);
    const double b = scale * random_int(random, -4, 4);
    box.lower.push_back(random_int(random, 0, 3) == 0 ? a : std::min(a, b));
    box.upper.push_back(std::max(box.lower.back(), std::max(a, b)));
    if (random_int(random, 0, 3) == 0) box.upper.back() = box.lower.back();
  }
  return box;
}

Box random_part(const Box& box, std::mt19937_64& random) {
  Box part = box;
  for (std::size_t i = 0; i < box.lower.size(); ++i) {
    const double middle = 0.5 * box.lower[i] + 0.5 * box.upper[i];
    const int choice = random_int(random, 0, 2);
    if (choice == 0) part.lower[i] = middle;
    if (choice == 1) part.upper[i] = middle;
  }
  return part;
}

std::vector<std::vector<Rational>> sample_points(const Box& box, int count, std::mt19937_64& random) {
  std::vector<std::vector<Rational>> result;
  for (int s = 0; s < count; ++s) {
    std::vector<Rational> u;
    for (std::size_t i = 0; i < box.lower.size(); ++i) {
      const Rational lower = Rational::from_double(box.lower[i]);
      const Rational width = Rational::from_double(box.upper[i]) - lower;
      // Even samples are corners and points of edges and faces, odd ones lie inside.
      const int part = s % 2 == 0 ? 3 * random_int(random, 0, 2) : random_int(random, 0, 6);
      u.push_back(s == 1 ? lower + width / Rational(2) : lower + width * Rational(part) / Rational(6));
    }
    result.push_back(std::move(u));
  }
  return result;
}

std::vector<Rational> sum(std::vector<Rational> a, const std::vector<Rational>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

std::vector<RandomShape> all_shapes() {
  std::vector<RandomShape> result;
  for (const Weights weights :
       {Weights::integers, Weights::thirds, Weights::doubles, Weights::huge, Weights::cancelling}) {
    for (int hidden = 1; hidden <= 4; ++hidden) {
      for (const bool skip : {false, true}) {
        for (int inputs = 1; inputs <= 3; ++inputs) {
          result.push_back({inputs, inputs, hidden, hidden <= 2 ? 6 : 4, skip, weights});
        }
      }
    }
  }
  return result;
}

}  // namespace foldproof::testing
