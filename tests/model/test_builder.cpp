// NetworkBuilder: parallel hinges become one, what does not matter is dropped, and the function stays.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "model/evaluate.h"
#include "model/network.h"

namespace foldproof {
namespace {

AffineRow row(const std::map<int, Rational>& terms, const Rational& constant = Rational(0)) {
  AffineRow result{{}, constant};
  for (const auto& [variable, coefficient] : terms) result.terms.push_back({variable, coefficient});
  return result;
}

Rational value_at(const Network& network, const std::vector<Rational>& x) { return evaluate(network, x).output.at(0); }

Rational relu(const Rational& z) { return z.sign() > 0 ? z : Rational(0); }

TEST(Builder, MergesEqualAndScaledHinges) {
  NetworkBuilder builder(2);
  const AffineRow z = row({{0, Rational(3)}, {1, Rational(-1)}}, Rational(2));
  const AffineRow first = builder.relu(z);
  const AffineRow twice = builder.relu(NetworkBuilder::scale(z, Rational(2)));
  const AffineRow third = builder.relu(NetworkBuilder::scale(z, Rational(1) / Rational(3)));
  const Network network = builder.finish({NetworkBuilder::add(NetworkBuilder::add(first, twice), third)}, {});
  EXPECT_EQ(network.neuron_count(), 1);
  EXPECT_EQ(network.outputs[0].terms.at(0).coefficient, Rational(10) / Rational(3));
  EXPECT_EQ(builder.relus_seen(), 3);
}

TEST(Builder, MergesOppositeHinges) {
  NetworkBuilder builder(1);
  const AffineRow z = row({{0, Rational(2)}}, Rational(-1));
  const AffineRow plus = builder.relu(z);
  const AffineRow minus = builder.relu(NetworkBuilder::scale(z, Rational(-3)));
  // relu(z) + relu(-3 z) / 3 = |z|, and relu(z) - relu(-3 z) / 3 = z needs no neuron at all.
  const Rational third = Rational(1) / Rational(3);
  const Network network = builder.finish({NetworkBuilder::add(plus, minus, third)}, {});
  EXPECT_EQ(network.neuron_count(), 1);
  for (const long x : {-5L, 0L, 1L, 4L}) EXPECT_EQ(value_at(network, {Rational(x)}), abs(Rational(2 * x - 1)));
  const Network linear = builder.finish({NetworkBuilder::add(plus, minus, -third)}, {});
  EXPECT_EQ(linear.neuron_count(), 0);
  EXPECT_EQ(value_at(linear, {Rational(7)}), Rational(13));
}

TEST(Builder, KeepsHingesThatDifferInTheConstantOrOneVariable) {
  NetworkBuilder builder(2);
  AffineRow sum = NetworkBuilder::constant(Rational(0));
  const Rational tiny = Rational::from_double(0x1p-1000);
  for (const AffineRow& z : {row({{0, Rational(1)}}), row({{0, Rational(1)}}, tiny), row({{1, Rational(1)}}),
                             row({{0, Rational(1)}, {1, tiny}}), row({{0, Rational(-1)}, {1, tiny}})}) {
    sum = NetworkBuilder::add(sum, builder.relu(z));
  }
  EXPECT_EQ(builder.finish({sum}, {}).neuron_count(), 5);
}

TEST(Builder, MergesCascadeThroughLayers) {
  NetworkBuilder builder(1);
  const AffineRow x = builder.input(0);
  const AffineRow a = builder.relu(x);
  const AffineRow b = builder.relu(NetworkBuilder::scale(x, Rational(2)));
  // Equal only once a and b are known to be multiples of one neuron.
  const AffineRow c = builder.relu(NetworkBuilder::add(a, NetworkBuilder::constant(Rational(-1))));
  const AffineRow d = builder.relu(NetworkBuilder::add(b, NetworkBuilder::constant(Rational(-2))));
  const Network network = builder.finish({NetworkBuilder::add(c, d)}, {});
  EXPECT_EQ(network.neuron_count(), 2);
  EXPECT_EQ(network.layer_count(), 2);
  EXPECT_EQ(value_at(network, {Rational(5)}), Rational(12));
}

TEST(Builder, MergesHingesThatThePrimeOfTheHashDivides) {
  NetworkBuilder builder(1);
  const Rational prime((1L << 61U) - 1);
  const AffineRow z = row({{0, Rational(3)}}, Rational(1));
  AffineRow sum = builder.relu(z);
  for (const Rational& factor : {prime, Rational(1) / prime, -prime, prime * prime}) {
    sum = NetworkBuilder::add(sum, builder.relu(NetworkBuilder::scale(z, factor)));
  }
  EXPECT_EQ(builder.finish({sum}, {}).neuron_count(), 1);
  const AffineRow odd = row({{0, Rational(1)}}, Rational(1) / prime);
  sum = NetworkBuilder::add(builder.relu(odd), builder.relu(NetworkBuilder::scale(odd, prime)));
  EXPECT_EQ(builder.finish({sum}, {}).neuron_count(), 1);
}

TEST(Builder, ConstantAndDeadNeuronsVanish) {
  NetworkBuilder builder(2);
  const AffineRow five = builder.relu(NetworkBuilder::constant(Rational(5)));
  const AffineRow zero = builder.relu(NetworkBuilder::constant(Rational(-5)));
  const AffineRow unused = builder.relu(builder.input(1));
  const AffineRow used = builder.relu(builder.input(0));
  const Network network = builder.finish({NetworkBuilder::add(NetworkBuilder::add(five, zero), used)}, {});
  EXPECT_EQ(network.neuron_count(), 1);
  EXPECT_EQ(value_at(network, {Rational(3), Rational(9)}), Rational(8));
  EXPECT_EQ(unused.terms.size(), 1U);
}

TEST(Builder, SkipConnectionsAndLayerOrder) {
  NetworkBuilder builder(1);
  const AffineRow x = builder.input(0);
  const AffineRow a = builder.relu(x);
  const AffineRow b = builder.relu(NetworkBuilder::add(NetworkBuilder::scale(x, Rational(-1)), a, Rational(2)));
  const AffineRow late = builder.relu(NetworkBuilder::add(x, NetworkBuilder::constant(Rational(-1))));
  const Network network = builder.finish({NetworkBuilder::add(NetworkBuilder::add(b, late), x)}, {});
  EXPECT_EQ(network.layer, (std::vector<int>{1, 1, 2}));
  for (const long v : {-3L, 0L, 2L}) {
    const Rational p(v);
    const Rational expected = relu(-p + Rational(2) * relu(p)) + relu(p - Rational(1)) + p;
    EXPECT_EQ(value_at(network, {p}), expected);
  }
}

TEST(Builder, CombineAgreesWhetherRowsOverlapMuchOrLittle) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 200; ++trial) {
    const int variables = trial % 2 == 0 ? 4 : 400;
    std::vector<AffineRow> rows;
    std::vector<Rational> weights;
    std::map<int, Rational> expected;
    Rational constant(7);
    for (int i = 0; i < 12; ++i) {
      std::map<int, Rational> terms;
      for (int k = 0; k < 4; ++k) {
        const int variable = static_cast<int>(random() % static_cast<unsigned>(variables));
        terms[variable] = Rational(static_cast<long>(random() % 5) + 1);
      }
      rows.push_back(row(terms, Rational(i)));
      weights.push_back(Rational(static_cast<long>(random() % 5) - 2) / Rational(3));
      for (const auto& [variable, coefficient] : terms) expected[variable] += weights.back() * coefficient;
      constant += weights.back() * Rational(i);
    }
    std::erase_if(expected, [](const auto& entry) { return entry.second.is_zero(); });
    std::vector<const AffineRow*> pointers;
    for (const AffineRow& r : rows) pointers.push_back(&r);
    const AffineRow sum = NetworkBuilder::combine(weights, pointers, Rational(7));
    EXPECT_EQ(sum.constant, constant);
    ASSERT_EQ(sum.terms.size(), expected.size());
    auto next = expected.begin();
    for (const Term& term : sum.terms) {
      EXPECT_EQ(term.variable, next->first);
      EXPECT_EQ(term.coefficient, next->second);
      ++next;
    }
  }
}

TEST(Builder, InputsOutsideTheNetworkAreRefused) {
  const NetworkBuilder builder(2);
  EXPECT_THROW(builder.input(2), std::out_of_range);
  EXPECT_THROW(builder.input(-1), std::out_of_range);
}

}  // namespace
}  // namespace foldproof
