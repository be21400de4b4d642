// Exact collisions on networks solved by hand: folds, flat pieces, pairs on two pieces, and what must be refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "model/evaluate.h"
#include "question/fold_witness.h"

namespace foldproof {
namespace {

struct Layer {
  std::vector<std::vector<Rational>> weight;
  std::vector<Rational> bias;
};

Network chain(int inputs, const std::vector<Layer>& layers) {
  NetworkBuilder builder(inputs);
  std::vector<AffineRow> current;
  for (int i = 0; i < inputs; ++i) current.push_back(builder.input(i));
  for (std::size_t l = 0; l < layers.size(); ++l) {
    std::vector<const AffineRow*> pointers;
    for (const AffineRow& row : current) pointers.push_back(&row);
    std::vector<AffineRow> next;
    for (std::size_t k = 0; k < layers[l].weight.size(); ++k) {
      AffineRow row = NetworkBuilder::combine(layers[l].weight[k], pointers, layers[l].bias[k]);
      next.push_back(l + 1 < layers.size() ? builder.relu(row) : std::move(row));
    }
    current = std::move(next);
  }
  return builder.finish(std::move(current), {});
}

Network abs1d() { return chain(1, {{{{1}, {-1}}, {0, 0}}, {{{1, 1}}, {0}}}); }

// clamp(x, 0, 1): flat outside [0, 1].
Network clamp1d() { return chain(1, {{{{1}, {1}}, {0, -1}}, {{{1, -1}}, {0}}}); }

// (x - 2 relu(x + y - 1), y): det +1 below the line x + y = 1, -1 above.
Network shift_fold() {
  return chain(2, {{{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}}, {0, 0, 0, 0, -1}},
                   {{{1, -1, 0, 0, -2}, {0, 0, 1, -1, 0}}, {0, 0}}});
}

// (x + 3 hat, y) with hat = relu(1 - |x| - |y|): determinants 4, -2, 1.
Network hat_fold() {
  return chain(2, {{{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}, {0, 0, 0, 0}},
                   {{{1, -1, 0, 0}, {-1, 1, 0, 0}, {0, 0, 1, -1}, {0, 0, -1, 1}, {-1, -1, -1, -1}}, {0, 0, 0, 0, 1}},
                   {{{1, -1, 0, 0, 3}, {0, 0, 1, -1, 0}}, {0, 0}}});
}

Problem about(const Network& network, std::vector<Rational> centre) {
  Problem problem;
  problem.network = &network;
  problem.centre = std::move(centre);
  problem.max_radius = 10.0;
  return problem;
}

Rational half(long numerator) { return Rational(numerator) / Rational(2); }

void expect_collision(const Problem& problem, const Collision& pair, const Rational& limit) {
  EXPECT_NE(pair.x, pair.y);
  EXPECT_EQ(evaluate(*problem.network, pair.x).output, pair.f);
  EXPECT_EQ(evaluate(*problem.network, pair.y).output, pair.f);
  EXPECT_EQ(std::max(problem.radius_of(pair.x), problem.radius_of(pair.y)), pair.radius);
  EXPECT_LE(pair.radius, Rational::from_double(pair.radius_upper));
  EXPECT_LE(pair.radius, limit);
  EXPECT_TRUE(problem.in_domain(pair.x));
  EXPECT_TRUE(problem.in_domain(pair.y));
}

TEST(FoldWitness, FindsTheFoldOfAbs) {
  const Network network = abs1d();
  const Problem problem = about(network, {1});
  const Rational limit = Rational::parse("1.0001").value();
  const auto witness = fold_witness(problem, {1}, {-1}, limit);
  ASSERT_TRUE(witness.has_value());
  EXPECT_EQ(witness->kind, FoldKind::fold);
  expect_collision(problem, witness->collision, limit);
  EXPECT_EQ(witness->collision.x[0], -witness->collision.y[0]);
}

TEST(FoldWitness, IsNothingWithoutASignChangeOrRoom) {
  const Network network = abs1d();
  const Problem problem = about(network, {1});
  EXPECT_FALSE(fold_witness(problem, {2}, {half(1)}, Rational(5)).has_value()) << "one piece";
  EXPECT_FALSE(fold_witness(problem, {1}, {1}, Rational(5)).has_value()) << "a point is not a segment";
  EXPECT_FALSE(fold_witness(problem, {1}, {-1}, half(1)).has_value()) << "the fold is farther than the limit";
  EXPECT_FALSE(fold_witness(problem, {1}, {-1}, Rational(1)).has_value()) << "the fold's ball holds no pair";
  EXPECT_FALSE(fold_witness(problem, {1}, {0}, Rational(5)).has_value()) << "the segment ends on the fold";
}

TEST(FoldWitness, StaysInTheDomain) {
  const Network network = abs1d();
  Problem problem = about(network, {1});
  problem.domain = {{-Rational(1) / Rational(1000), Rational(3)}};
  const auto witness = fold_witness(problem, {1}, {-Rational(1) / Rational(1000)}, Rational(5));
  ASSERT_TRUE(witness.has_value());
  expect_collision(problem, witness->collision, Rational(5));
  problem.domain = {{0, 3}};
  EXPECT_FALSE(fold_witness(problem, {1}, {-1}, Rational(5)).has_value()) << "half of the pair is outside";
}

TEST(FoldWitness, FindsThePairInsideAFlatPiece) {
  const Network network = clamp1d();
  const Problem problem = about(network, {Rational(1) / Rational(4)});
  const auto below = fold_witness(problem, {Rational(1) / Rational(4)}, {-half(1)}, Rational(1));
  ASSERT_TRUE(below.has_value());
  EXPECT_EQ(below->kind, FoldKind::flat);
  expect_collision(problem, below->collision, Rational(1));
  EXPECT_EQ(below->collision.f[0], Rational(0));
  const auto above = fold_witness(problem, {half(1)}, {2}, Rational(3));
  ASSERT_TRUE(above.has_value());
  EXPECT_EQ(above->kind, FoldKind::flat);
  EXPECT_EQ(above->collision.f[0], Rational(1));
  EXPECT_FALSE(fold_witness(problem, {Rational(1) / Rational(8)}, {half(1)}, Rational(1)).has_value());
}

TEST(FoldWitness, FindsTheFoldLineOfThePlane) {
  const Network network = shift_fold();
  const Problem problem = about(network, {0, 0});
  for (const char* text : {"0.51", "0.5001", "0.50000000001"}) {
    const Rational limit = Rational::parse(text).value();
    // Across the line at (1/2, 1/2), the fold's point nearest to the centre.
    const auto witness = fold_witness(problem, {0, 0}, {limit, limit}, limit);
    ASSERT_TRUE(witness.has_value()) << text;
    EXPECT_EQ(witness->kind, FoldKind::fold);
    expect_collision(problem, witness->collision, limit);
  }
  EXPECT_FALSE(fold_witness(problem, {0, 0}, {half(1), half(1)}, Rational(2)).has_value());
  EXPECT_FALSE(fold_witness(problem, {-3, 0}, {0, half(1)}, Rational(5)).has_value());
}

TEST(FoldWitness, FindsFoldsOfTheHat) {
  const Network network = hat_fold();
  const Problem problem = about(network, {-1, -1});
  int found = 0;
  std::mt19937_64 random(9);
  std::uniform_int_distribution<int> grid(-300, 300);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::vector<Rational> from{Rational(grid(random)) / Rational(199), Rational(grid(random)) / Rational(197)};
    const std::vector<Rational> to{Rational(grid(random)) / Rational(193), Rational(grid(random)) / Rational(191)};
    const auto sign = [&](const std::vector<Rational>& p) {  // -2 where x > 0 inside the hat
      return p[0].sign() > 0 && abs(p[0]) + abs(p[1]) < Rational(1) ? -1 : 1;
    };
    const auto witness = fold_witness(problem, from, to, Rational(5));
    if (sign(from) != sign(to)) {
      EXPECT_TRUE(witness.has_value()) << repeat;
    }
    if (!witness) continue;
    ++found;
    EXPECT_EQ(witness->kind, FoldKind::fold);
    expect_collision(problem, witness->collision, Rational(5));
  }
  EXPECT_GT(found, 40);
}

TEST(FoldWitness, SeveralHingesAtOnePointOfTheLine) {
  // z1 = x, z2 = x + relu(x): both vanish at 0. f has slope 1 on the left and 1 - 3 + 1 = -1 on the right.
  NetworkBuilder builder(1);
  const AffineRow x = builder.input(0);
  const AffineRow first = builder.relu(x);
  const AffineRow second = builder.relu(NetworkBuilder::add(x, first));
  const AffineRow f = NetworkBuilder::add(NetworkBuilder::add(x, first, Rational(-3)), second, half(1));
  const Network network = builder.finish({f}, {});
  ASSERT_EQ(network.neuron_count(), 2);
  const Problem problem = about(network, {-1});
  for (const auto& [from, to] : {std::pair{-1L, 1L}, std::pair{1L, -1L}}) {
    const auto witness = fold_witness(problem, {from}, {to}, Rational(2));
    ASSERT_TRUE(witness.has_value());
    EXPECT_EQ(witness->kind, FoldKind::fold);
    expect_collision(problem, witness->collision, Rational(2));
  }
  // Starting on the hinges themselves, towards either side, there is nothing to cross.
  EXPECT_FALSE(fold_witness(problem, {0}, {1}, Rational(2)).has_value());
  EXPECT_FALSE(fold_witness(problem, {0}, {-1}, Rational(2)).has_value());
}

TEST(FoldWitness, TransversalHingesAtOnePointOfThePlane) {
  // (x - 2 relu(x + y), y + relu(x - y) / 4): segments through the origin cross both hinges at once.
  const Network network = [] {
    NetworkBuilder builder(2);
    const AffineRow x = builder.input(0);
    const AffineRow y = builder.input(1);
    const AffineRow a = builder.relu(NetworkBuilder::add(x, y));
    const AffineRow b = builder.relu(NetworkBuilder::add(x, y, Rational(-1)));
    const AffineRow first = NetworkBuilder::add(x, a, Rational(-2));
    return builder.finish({first, NetworkBuilder::add(y, b, Rational(1) / Rational(4))}, {});
  }();
  const Problem problem = about(network, {-2, 0});
  int found = 0;
  for (int i = -8; i <= 8; ++i) {
    for (int j = -8; j <= 8; ++j) {
      if (i == 0 && j == 0) continue;
      const std::vector<Rational> from{Rational(-i) / Rational(8), Rational(-j) / Rational(8)};
      const std::vector<Rational> to{Rational(i) / Rational(8), Rational(j) / Rational(8)};
      const auto witness = fold_witness(problem, from, to, Rational(4));
      if (witness) {
        ++found;
        expect_collision(problem, witness->collision, Rational(4));
      }
      // Beside the common point the two hinges are crossed one after the other, and the fold must be found.
      if (i + j == 0) continue;
      std::vector<Rational> beside = to;
      beside[0] += Rational(1) / Rational(1013);
      const auto generic = fold_witness(problem, from, beside, Rational(4));
      const auto side = [](const std::vector<Rational>& p) { return (p[0] + p[1]).sign(); };
      ASSERT_EQ(generic.has_value(), side(from) != side(beside)) << i << ' ' << j;
      if (generic) expect_collision(problem, generic->collision, Rational(4));
    }
  }
  EXPECT_GT(found, 0);
}

TEST(PairOnPieces, SolvesForThePartner) {
  const Network network = abs1d();
  ASSERT_EQ(network.neuron_count(), 1);
  const Problem problem = about(network, {0});
  const bool right = activation_pattern(network, {1})[0];
  const auto pair = pair_on_pieces(problem, {right}, {!right}, {0.0}, {-0.75});
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->x[0], Rational(3) / Rational(4));
  EXPECT_EQ(pair->radius, Rational(3) / Rational(4));
  EXPECT_EQ(pair->f[0], Rational(3) / Rational(4));
  EXPECT_FALSE(pair_on_pieces(problem, {right}, {!right}, {0.0}, {0.0}).has_value()) << "the two points are one";
  EXPECT_FALSE(pair_on_pieces(problem, {right}, {right}, {0.5}, {0.5}).has_value()) << "one piece";
}

TEST(PairOnPieces, KeepsTheGuessOnAFlatPiece) {
  // max(x, 0) below 1: what f_P does not determine is taken from the guess, f_Q(y) = 0 gives y = 0.
  const Network clamp = clamp1d();
  const Problem flat = about(clamp, {0});
  const auto pair = pair_on_pieces(flat, {false, false}, {true, false}, {-0.5}, {0.5});
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->x[0], -Rational(1) / Rational(2));
  EXPECT_EQ(pair->y[0], Rational(0));
}

TEST(PairOnPieces, SolvesForBothPointsWhereTheOutputsDetermineThem) {
  // x -> (|x|, |x|): two equations for two points, of rank one.
  Network twice = abs1d();
  twice.outputs.push_back(twice.outputs[0]);
  const Problem problem = about(twice, {0});
  const bool right = activation_pattern(twice, {1})[0];
  const auto pair = pair_on_pieces(problem, {right}, {!right}, {0.3}, {-0.75});
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->x[0], Rational(3) / Rational(4));
  // With the input itself as the second output no two points agree.
  twice.outputs[1] = {{Term{0, Rational(1)}}, Rational(0)};
  EXPECT_FALSE(pair_on_pieces(about(twice, {0}), {right}, {!right}, {0.3}, {-0.75}).has_value());
}

TEST(PairNearCentre, ExistsInOnePieceWhereOutputsAreFewer) {
  // (x, y) -> relu(x) + y at the origin, and at a corner of a domain.
  Network network;
  network.inputs = 2;
  network.neurons = {{{Term{0, Rational(1)}}, Rational(0)}};
  network.layer = {1};
  network.number = {0};
  network.outputs = {{{Term{1, Rational(1)}, Term{2, Rational(1)}}, Rational(0)}};
  Problem problem = about(network, {0, 0});
  const Rational limit = Rational(1) / Rational(1000);
  const auto found = [&] {
    for (int attempt = 0; attempt < 64; ++attempt) {
      if (auto pair = pair_near_centre(problem, limit, attempt)) return pair;
    }
    return std::optional<Collision>();
  };
  ASSERT_TRUE(found().has_value());
  EXPECT_LE(found()->radius, limit);
  EXPECT_EQ(activation_pattern(network, found()->x), activation_pattern(network, found()->y));
  problem.domain = {{0, 1}, {-1, 0}};
  ASSERT_TRUE(found().has_value());
  EXPECT_GE(found()->x[0], Rational(0));
}

TEST(PairOnPieces, IsNothingBesideItsPieces) {
  // x left of 0, -2 x right of it.
  const Network fold = chain(1, {{{{1}}, {0}}, {{{-3}}, {0}}});
  Network with_skip = fold;
  with_skip.outputs[0].terms.insert(with_skip.outputs[0].terms.begin(), Term{0, Rational(1)});
  const Problem problem = about(with_skip, {0});
  const auto pair = pair_on_pieces(problem, {false}, {true}, {0.0}, {0.75});
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->x[0], -Rational(3) / Rational(2));
  EXPECT_FALSE(pair_on_pieces(problem, {false}, {true}, {0.0}, {-0.75}).has_value())
      << "neither point lies on its piece";
}

TEST(VerifyCollision, OfTwoNetworksWantsDifferentOutputsOfTheSecond) {
  // A = |x|; B = x, then B = |x|.
  Network joint = abs1d();
  joint.outputs.push_back({{Term{0, Rational(1)}}, Rational(0)});
  Problem problem = about(joint, {0});
  problem.outputs_of_a = 1;
  const auto pair = verify_collision(problem, {1}, {-1});
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->f, std::vector<Rational>{1});
  EXPECT_EQ(pair->b_x, std::vector<Rational>{1});
  EXPECT_EQ(pair->b_y, std::vector<Rational>{-1});
  EXPECT_FALSE(verify_collision(problem, {1}, {2}).has_value()) << "A differs";
  joint.outputs[1] = joint.outputs[0];
  EXPECT_FALSE(verify_collision(problem, {1}, {-1}).has_value()) << "B is the same";
}

TEST(VerifyCollision, RefusesWhatIsNotACollision) {
  const Network network = abs1d();
  Problem problem = about(network, {1});
  EXPECT_TRUE(verify_collision(problem, {1}, {-1}).has_value());
  EXPECT_FALSE(verify_collision(problem, {1}, {1}).has_value()) << "equal points";
  const Rational tiny = Rational::parse("1e-300").value();
  EXPECT_FALSE(verify_collision(problem, {1}, {tiny - Rational(1)}).has_value()) << "unequal images";
  problem.domain = {{-1, 1}};
  EXPECT_TRUE(verify_collision(problem, {1}, {-1}).has_value()) << "the domain is closed";
  problem.domain = {{tiny - Rational(1), 2}};
  EXPECT_FALSE(verify_collision(problem, {1}, {-1}).has_value()) << "outside the domain";
  EXPECT_FALSE(verify_collision(problem, {-1}, {1}).has_value()) << "outside the domain";
}

TEST(VerifyCollision, ReportsTheRadiusRoundedUp) {
  const Network network = abs1d();
  const Problem problem = about(network, {Rational(1) / Rational(3)});
  const auto pair = verify_collision(problem, {Rational(1) / Rational(7)}, {-Rational(1) / Rational(7)});
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->radius, Rational(10) / Rational(21));
  EXPECT_LT(pair->radius, Rational::from_double(pair->radius_upper));
  EXPECT_EQ(pair->f[0], Rational(1) / Rational(7));
}

TEST(Problem, RootBoxHoldsTheBallWithinTheDomain) {
  const Network network = shift_fold();
  Problem problem = about(network, {Rational(1) / Rational(3), 0});
  EXPECT_EQ(problem.root(2.0).lower, (std::vector<double>{-2.0, -2.0}));
  EXPECT_EQ(problem.domain_reach(), std::numeric_limits<double>::infinity());
  problem.domain = {{0, Rational(2) / Rational(3)}, {-half(1), 9}};
  const Box root = problem.root(2.0);
  EXPECT_LE(Rational::from_double(root.lower[0]), -Rational(1) / Rational(3));
  EXPECT_GE(Rational::from_double(root.upper[0]), Rational(1) / Rational(3));
  EXPECT_NEAR(root.upper[0], 1.0 / 3.0, 1e-16);
  EXPECT_EQ(root.lower[1], -0.5);
  EXPECT_EQ(root.upper[1], 2.0);
  EXPECT_EQ(problem.domain_reach(), 9.0);
}

}  // namespace
}  // namespace foldproof
