// The event stream of a run is a proof one can check: splits, leaves and what lies beyond form a bisection tree of the
// root box, and the leaves that cover the ball carry the sign the exact determinant has there.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "model/evaluate.h"
#include "networks.h"
#include "number/scalar.h"
#include "search/radius_search.h"

namespace foldproof::testing {
namespace {

class Recorder : public Observer {
 public:
  struct Split {
    int axis;
    double where;
    std::uint64_t first_child;
  };
  struct LeafEvent {
    Box box;
    std::string test;
    int sign;
    double clipped_to;
  };

  void root(std::uint64_t id, const Box& box, const char* cover) override {
    const Turn turn(*this);
    EXPECT_GT(box.size(), 0);
    EXPECT_TRUE(born.insert(id).second) << "an identifier came twice";
    EXPECT_TRUE(roots.insert({cover, id}).second) << "two covers of one kind";
  }
  void split(std::uint64_t id, int axis, double where, std::uint64_t first_child) override {
    const Turn turn(*this);
    EXPECT_TRUE(known(id)) << "a split before its parent's";
    EXPECT_TRUE(splits.insert({id, {axis, where, first_child}}).second) << "node " << id << " was split twice";
    EXPECT_TRUE(born.insert(first_child).second && born.insert(first_child + 1).second) << "an identifier came twice";
  }
  void leaf(std::uint64_t id, const Box& box, const char* test, int sign, double clipped_to,
            const std::string& line) override {
    const Turn turn(*this);
    EXPECT_EQ(line.substr(0, 2), std::string(test) == "cells" ? "c " : "l");
    EXPECT_TRUE(known(id)) << "a leaf before its parent";
    EXPECT_TRUE(leaves.insert({id, {box, test, sign, clipped_to}}).second) << "node " << id << " is a leaf twice";
  }
  void beyond(std::uint64_t id, double target) override {
    const Turn turn(*this);
    EXPECT_TRUE(known(id));
    EXPECT_TRUE(outside.insert({id, target}).second) << "node " << id << " is beyond twice";
  }
  void boundary(double, int faces) override {
    const Turn turn(*this);
    patches = faces;
    known_pairs.assign(static_cast<std::size_t>(faces * (faces + 1) / 2), 0);
  }
  void patch_split(int patch, int axis, double, int below, int above) override {
    const Turn turn(*this);
    EXPECT_LT(patch, patches) << "a patch before its parent";
    EXPECT_GE(axis, 0);
    EXPECT_NE(below, above);
    patches = std::max({patches, below + 1, above + 1});
  }
  void pair_split(std::uint64_t pair, char how, std::uint64_t first_child) override {
    const Turn turn(*this);
    settle(pair);
    EXPECT_EQ(first_child, known_pairs.size()) << "children are numbered one after the other";
    known_pairs.resize(known_pairs.size() + (how == 'd' ? 3 : 2), 0);
  }
  void pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional) override {
    const Turn turn(*this);
    settle(pair);
    EXPECT_EQ(how == 'f', !functional.empty());
    ++pairs;
  }
  void pair_cells(std::uint64_t pair, const std::string& tokens) override {
    const Turn turn(*this);
    settle(pair);
    EXPECT_FALSE(tokens.empty());
    ++pairs;
  }
  void collision(const Collision& found) override {
    const Turn turn(*this);
    EXPECT_TRUE(collisions.empty() || found.radius < collisions.back()) << "a collision that is not nearer";
    collisions.push_back(found.radius);
  }

  std::map<std::uint64_t, Split> splits;
  std::map<std::uint64_t, LeafEvent> leaves;
  std::map<std::uint64_t, double> outside;
  std::set<std::uint64_t> born;
  std::map<std::string, std::uint64_t> roots;  ///< kind of cover -> its root
  std::vector<Rational> collisions;
  int pairs = 0, patches = 0;
  std::vector<char> known_pairs;  ///< of the boundary asked last: settled or divided?
  std::atomic<bool> overlapped{false};
  bool slow = false;  ///< stay in each call for a moment, so that a second one would be noticed

 private:
  // Calls must come one at a time.
  class Turn {
   public:
    explicit Turn(Recorder& recorder) : recorder_(recorder) {
      if (recorder_.inside_.exchange(true)) recorder_.overlapped = true;
      if (recorder_.slow) std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
    ~Turn() { recorder_.inside_ = false; }

   private:
    Recorder& recorder_;
  };
  void settle(std::uint64_t pair) {
    ASSERT_LT(pair, known_pairs.size()) << "a pair before its parent";
    EXPECT_EQ(known_pairs[pair], 0) << "pair " << pair << " twice";
    known_pairs[pair] = 1;
  }
  bool known(std::uint64_t id) const { return born.count(id) != 0; }
  std::atomic<bool> inside_{false};
};

struct FinishedRun {
  Problem problem;
  RadiusResult result;
};

FinishedRun run(const Network& network, std::vector<Rational> centre, double max_radius, int threads,
                Recorder& recorder) {
  FinishedRun made;
  made.problem.network = &network;
  made.problem.centre = std::move(centre);
  made.problem.max_radius = max_radius;
  Options options;
  options.threads = threads;
  options.time = 30;
  Control control(options, &recorder);
  made.result = search_radius(made.problem, control);
  EXPECT_FALSE(control.stop_reason().has_value());
  return made;
}

// Walks the tree from the root; every node must be split, proved, beyond the target, or farther than what is claimed.
void expect_tree(const FinishedRun& run, const Recorder& recorder) {
  struct Place {
    std::uint64_t id;
    Box box;
  };
  std::vector<Place> open{{recorder.roots.at("local"), run.problem.root(run.problem.max_radius)}};
  std::size_t visited = 0;
  int sign = 0;
  while (!open.empty()) {
    const Place place = open.back();
    open.pop_back();
    ++visited;
    const auto split = recorder.splits.find(place.id);
    const auto leaf = recorder.leaves.find(place.id);
    const auto outside = recorder.outside.find(place.id);
    const int states = (split != recorder.splits.end() ? 1 : 0) + (leaf != recorder.leaves.end() ? 1 : 0) +
                       (outside != recorder.outside.end() ? 1 : 0);
    ASSERT_LE(states, 1) << "node " << place.id;
    if (states == 0) {
      EXPECT_GE(place.box.distance(), run.result.local_lower) << "node " << place.id << " was left open";
    } else if (split != recorder.splits.end()) {
      const auto& [axis, where, first] = split->second;
      ASSERT_GT(where, place.box.lower[at(axis)]);
      ASSERT_LT(where, place.box.upper[at(axis)]);
      for (std::uint64_t h = 0; h < 2; ++h) {
        Place child{first + h, place.box};
        (h == 0 ? child.box.upper : child.box.lower)[at(axis)] = where;
        open.push_back(std::move(child));
      }
    } else if (leaf != recorder.leaves.end()) {
      const Recorder::LeafEvent& event = leaf->second;
      Box clipped = place.box;
      ASSERT_TRUE(clipped.clip(event.clipped_to));
      EXPECT_EQ(clipped.lower, event.box.lower);
      EXPECT_EQ(clipped.upper, event.box.upper);
      EXPECT_GE(event.clipped_to, run.result.local_lower);
      EXPECT_NE(event.sign, 0);
      if (sign == 0) sign = event.sign;
      EXPECT_EQ(event.sign, sign) << "two leaves with opposite signs";
    } else {
      EXPECT_GE(outside->second, run.result.local_lower);
      EXPECT_GE(place.box.distance(), outside->second) << "node " << place.id << " meets the ball";
    }
  }
  EXPECT_EQ(visited + recorder.roots.size() - 1, recorder.born.size()) << "some nodes are not reached from the root";
}

bool holds(const Box& box, const std::vector<double>& u) {
  for (std::size_t i = 0; i < u.size(); ++i) {
    if (u[i] < box.lower[i] || u[i] > box.upper[i]) return false;
  }
  return true;
}

// Exact determinants at points of the ball of radius local_lower against the leaf that holds them.
void expect_signs(const FinishedRun& run, const Recorder& recorder, int samples) {
  const Network& network = *run.problem.network;
  const int n = network.inputs;
  std::mt19937_64 random(5);
  const double reach = run.result.local_lower;
  for (int s = 0; s < samples; ++s) {
    std::vector<double> u;
    std::vector<Rational> x = run.problem.centre;
    for (int i = 0; i < n; ++i) {
      u.push_back(reach * std::uniform_int_distribution<int>(-64, 64)(random) / 64.0);
      if (s % 2 == 1) u.back() = std::uniform_real_distribution<double>(-reach, reach)(random);
      x[at(i)] += Rational::from_double(u.back());
    }
    const ExactValue value = evaluate(network, x);
    const bool on_hinge = std::any_of(value.pre_activation.begin(), value.pre_activation.end(),
                                      [](const Rational& z) { return z.is_zero(); });
    int sign = 0;
    if (!on_hinge) {
      const ExactPiece piece = affine_piece(network, activation_pattern(network, x));
      RationalMatrix jacobian(n, n);
      for (int i = 0; i < n; ++i) {
        for (const Term& term : piece.output[at(i)].terms) jacobian.set(i, term.variable, term.coefficient);
      }
      sign = jacobian.determinant().sign();
    }
    int holding = 0;
    for (const auto& [id, leaf] : recorder.leaves) {
      if (!holds(leaf.box, u)) continue;
      ++holding;
      if (!on_hinge) {
        EXPECT_EQ(leaf.sign, sign) << "leaf " << id << ", proved by " << leaf.test;
      }
    }
    EXPECT_GT(holding, 0) << "a point of the ball of radius " << reach << " lies in no leaf";
  }
}

void expect_proof(const Network& network, const std::vector<Rational>& centre, double max_radius, int threads) {
  Recorder recorder;
  const FinishedRun made = run(network, centre, max_radius, threads, recorder);
  EXPECT_LE(made.result.lower, made.result.local_lower);
  // A ball proved whole by one cube test, or a radius of zero, leaves nothing to bisect.
  if (recorder.leaves.empty() && recorder.splits.empty()) return;
  const bool whole = recorder.roots.count("whole") != 0 && recorder.leaves.size() == 1 && recorder.splits.empty() &&
                     recorder.leaves.begin()->second.clipped_to >= made.result.local_lower;
  if (!whole) expect_tree(made, recorder);
  if (made.result.local_lower > 0.0) expect_signs(made, recorder, 60);
  EXPECT_EQ(made.result.collision.has_value(), !recorder.collisions.empty());
  if (made.result.collision) {
    EXPECT_EQ(made.result.collision->radius, recorder.collisions.back());
  }
}

TEST(Observer, TheZoosEventsFormACompleteTree) {
  const nlohmann::json data = read_json("zoo.json");
  for (const auto& [name, net] : data.at("nets").items()) {
    const Network network = chain(net.at("layers"));
    if (network.inputs != network.output_count()) continue;
    std::vector<Rational> centre;
    for (const auto& entry : net.at("centre")) centre.push_back(number(entry));
    for (const int threads : {1, 2}) {
      SCOPED_TRACE(::testing::Message() << name << ", threads " << threads);
      expect_proof(network, centre, number(net.at("search_radius")).nearest_double(), threads);
    }
  }
}

TEST(Observer, RandomNetworksEventsFormACompleteTree) {
  const nlohmann::json data = read_json("data/random_nets.json");
  int index = 0;
  for (const auto& [name, net] : data.at("nets").items()) {
    if (++index % 3 != 0) continue;
    const Network network = chain(net.at("layers"));
    if (network.inputs > 2) continue;
    std::vector<Rational> centre;
    for (const auto& entry : net.at("centre")) centre.push_back(number(entry));
    SCOPED_TRACE(name);
    expect_proof(network, centre, number(net.at("search_radius")).nearest_double(), 1 + index % 2);
  }
}

TEST(Observer, AFilesEventsFormACompleteTree) {
  const Model model = Model::load(std::string(FOLDPROOF_TESTS_DIR) + "/data/nets/vdp_A.onnx");
  for (const int threads : {1, 2}) {
    Recorder recorder;
    const FinishedRun made = run(model.network(), {0, 0}, 10.0, threads, recorder);
    EXPECT_TRUE(made.result.closed);
    EXPECT_GT(recorder.leaves.size(), 20U);
    EXPECT_GT(recorder.pairs, 0);
    expect_tree(made, recorder);
    expect_signs(made, recorder, 300);
  }
}

TEST(Observer, CallsComeOneAtATime) {
  const Model model = Model::load(std::string(FOLDPROOF_TESTS_DIR) + "/data/nets/vdp_A.onnx");
  Recorder recorder;
  recorder.slow = true;
  run(model.network(), {0, 0}, 10.0, 2, recorder);
  EXPECT_FALSE(recorder.overlapped);
}

TEST(Observer, IdentifiersAreUniqueAlsoWhereTwoCoversAreTried) {
  // Three inputs: the monotone cover may come first, and its nodes are no nodes of the sign cover.
  std::mt19937_64 random(8);
  std::size_t events = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    NetworkBuilder builder(3);
    std::vector<AffineRow> outputs;
    for (int i = 0; i < 3; ++i) outputs.push_back(builder.input(i));
    for (int k = 0; k < 8; ++k) {
      const auto weight = [&] { return Rational(std::uniform_int_distribution<int>(-4, 4)(random)) / Rational(4); };
      AffineRow z = NetworkBuilder::constant(weight());
      for (int i = 0; i < 3; ++i) z = NetworkBuilder::add(z, builder.input(i), weight());
      z = builder.relu(z);
      for (AffineRow& row : outputs) row = NetworkBuilder::add(row, z, weight() / Rational(2));
    }
    const Network network = builder.finish(std::move(outputs), {});
    SCOPED_TRACE(repeat);
    Recorder recorder;
    run(network, {0, 0, 0}, 4.0, 1, recorder);
    events += recorder.splits.size();
    if (HasFailure()) return;
  }
  EXPECT_GT(events, 100U);
}

}  // namespace
}  // namespace foldproof::testing
