// What must not change the answer, or change it in a known way: networks rewritten, moved, scaled and disguised.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "networks.h"

namespace foldproof::testing {
namespace {

using Json = nlohmann::json;

// A question with its exact answer; numbers as exact texts, so that they survive any rewriting.
struct Question {
  Json layers;
  std::vector<Rational> centre;
  Rational limit;
  std::string radius;
  bool ends_in_a_fold = false;
};

Json json_of(const Rational& x) { return x.str(); }

void scale_entry(Json& entry, const Rational& factor) { entry = json_of(number(entry) * factor); }

Question permute_neurons(Question q) {
  std::mt19937_64 random(1);
  for (std::size_t l = 0; l + 1 < q.layers.size(); ++l) {
    std::vector<std::size_t> order(q.layers[l]["b"].size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    std::shuffle(order.begin(), order.end(), random);
    const Json here = q.layers[l];
    const Json next = q.layers[l + 1];
    for (std::size_t k = 0; k < order.size(); ++k) {
      q.layers[l]["W"][k] = here["W"][order[k]];
      q.layers[l]["b"][k] = here["b"][order[k]];
      for (std::size_t r = 0; r < next["W"].size(); ++r) q.layers[l + 1]["W"][r][k] = next["W"][r][order[k]];
    }
  }
  return q;
}

Question scale_by(Question q, const std::vector<Rational>& factors) {
  for (std::size_t l = 0; l + 1 < q.layers.size(); ++l) {
    for (std::size_t k = 0; k < q.layers[l]["b"].size(); ++k) {
      const Rational& factor = factors[(k + l) % factors.size()];
      for (Json& weight : q.layers[l]["W"][k]) scale_entry(weight, factor);
      scale_entry(q.layers[l]["b"][k], factor);
      for (Json& row : q.layers[l + 1]["W"]) scale_entry(row[k], Rational(1) / factor);
    }
  }
  return q;
}

Question scale_neurons(Question q) {
  return scale_by(std::move(q), {Rational(4), Rational(1) / Rational(8), Rational(1), Rational(16)});
}

Question scale_neurons_far_apart(Question q) {
  return scale_by(std::move(q), {Rational(4), Rational(1) / Rational(1024), Rational(1), Rational(1L << 20)});
}

// A neuron twice more with opposite outgoing weights, its mirror image for nothing, and one that is never active.
Question add_useless_neurons(Question q) {
  for (std::size_t l = 0; l + 1 < q.layers.size(); ++l) {
    const Json weights = q.layers[l]["W"][0];
    const Json bias = q.layers[l]["b"][0];
    Json mirrored = weights;
    for (Json& weight : mirrored) scale_entry(weight, Rational(-1));
    Json never = Json::array();
    for (std::size_t i = 0; i < weights.size(); ++i) never.push_back(i == 0 ? -1 : 0);
    for (const Json& row : {weights, weights, mirrored, mirrored, never}) q.layers[l]["W"].push_back(row);
    for (const Json& b : {bias, bias, json_of(-number(bias)), json_of(-number(bias)), Json(-4096)}) {
      q.layers[l]["b"].push_back(b);
    }
    for (Json& row : q.layers[l + 1]["W"]) {
      for (const char* weight : {"3", "-3", "1/3", "-1/3", "7"}) row.push_back(weight);
    }
  }
  return q;
}

// f becomes L f + t with det L != 0.
Question map_outputs(Question q) {
  Json& last = q.layers.back();
  const Json old = last;
  const std::size_t m = old["b"].size();
  for (std::size_t r = 0; r < m; ++r) {
    const auto mixed = [&](const auto& entry) {
      Rational sum = number(entry(r)) * Rational(-5) / Rational(3);
      if (m > 1) sum += number(entry((r + 1) % m)) / Rational(7);
      return sum;
    };
    for (std::size_t k = 0; k < old["W"][0].size(); ++k) {
      last["W"][r][k] = json_of(mixed([&](std::size_t i) { return old["W"][i][k]; }));
    }
    last["b"][r] = json_of(mixed([&](std::size_t i) { return old["b"][i]; }) + Rational(17));
  }
  return q;
}

// net(x + t) at c - t.
Question translate(Question q) {
  for (std::size_t i = 0; i < q.centre.size(); ++i) {
    const Rational t = Rational(static_cast<long>(i) + 5) / Rational(3);
    q.centre[i] -= t;
    for (std::size_t k = 0; k < q.layers[0]["b"].size(); ++k) {
      q.layers[0]["b"][k] = json_of(number(q.layers[0]["b"][k]) + t * number(q.layers[0]["W"][k][i]));
    }
  }
  return q;
}

Question scale_inputs(Question q, const Rational& factor) {
  for (Json& row : q.layers[0]["W"]) {
    for (Json& weight : row) scale_entry(weight, factor);
  }
  for (Rational& c : q.centre) c /= factor;
  q.limit /= factor;
  if (q.radius != "inf") q.radius = (Rational::parse(q.radius).value() / factor).str();
  return q;
}

Question double_inputs(Question q) { return scale_inputs(std::move(q), Rational(2)); }

// So large that nothing happens but next to the centre, far below the radius up to which is searched; but pairs far
// apart are not found then.
Question enormous_weights(Question q) {
  const Rational limit = q.limit;
  q = scale_inputs(std::move(q), Rational(1).times_power_of_two(100));
  if (q.ends_in_a_fold) q.limit = limit;
  return q;
}

Question permute_inputs(Question q) {
  for (Json& row : q.layers[0]["W"]) std::rotate(row.begin(), row.begin() + 1, row.end());
  std::rotate(q.centre.begin(), q.centre.begin() + 1, q.centre.end());
  return q;
}

Question signed_permutation(Question q) {
  q = permute_inputs(std::move(q));
  for (Json& row : q.layers[0]["W"]) scale_entry(row[0], Rational(-1));
  q.centre[0] = -q.centre[0];
  return q;
}

// A first hidden layer that is the identity as far as anyone looks.
Question deepen(Question q) {
  const std::size_t n = q.centre.size();
  Json first = {{"W", Json::array()}, {"b", Json::array()}};
  for (std::size_t i = 0; i < n; ++i) {
    Json row = Json::array();
    for (std::size_t j = 0; j < n; ++j) row.push_back(i == j ? 1 : 0);
    first["W"].push_back(row);
    first["b"].push_back(64);
  }
  for (std::size_t k = 0; k < q.layers[0]["b"].size(); ++k) {
    Rational bias = number(q.layers[0]["b"][k]);
    for (const Json& weight : q.layers[0]["W"][k]) bias -= Rational(64) * number(weight);
    q.layers[0]["b"][k] = json_of(bias);
  }
  q.layers.insert(q.layers.begin(), first);
  return q;
}

struct Rewriting {
  const char* name;
  Question (*apply)(Question);
};

const Rewriting rewritings[] = {
    {"permute_neurons", permute_neurons},
    {"scale_neurons", scale_neurons},
    {"scale_neurons_far_apart", scale_neurons_far_apart},
    {"add_useless_neurons", add_useless_neurons},
    {"map_outputs", map_outputs},
    {"translate", translate},
    {"double_inputs", double_inputs},
    {"enormous_weights", enormous_weights},
    {"permute_inputs", permute_inputs},
    {"signed_permutation", signed_permutation},
    {"deepen", deepen},
    {"deepen_twice", [](Question q) { return deepen(deepen(translate(std::move(q)))); }},
};

class Rewritten : public ::testing::TestWithParam<int> {};

TEST_P(Rewritten, RadiusFollows) {
  const Rewriting& rewriting = rewritings[GetParam()];
  const Json data = read_json("data/random_nets.json");
  int index = 0;
  int asked = 0;
  for (const auto& [name, net] : data.at("nets").items()) {
    ++index;
    if (net.at("centre").size() < 2 ? index % 11 != 0 : index % 4 != 0) continue;
    Question q;
    q.layers = net.at("layers");
    for (const Json& entry : net.at("centre")) q.centre.push_back(number(entry));
    q.limit = number(net.at("search_radius"));
    q.radius = text(net.at("r_star"));
    for (const Json& kind : net.value("pair_kind", Json::array())) {
      q.ends_in_a_fold = q.ends_in_a_fold || kind == "fold" || kind == "flat";
    }
    q = rewriting.apply(std::move(q));
    const Model model = model_of(q.layers);
    std::vector<std::string> at;
    for (const Rational& c : q.centre) at.push_back(c.str());
    Options options;
    options.threads = 1;
    options.time = 5;
    options.max_radius = q.limit.str();
    SCOPED_TRACE(name);
    const Answer answer = radius(model, at, options);
    expect_consistent(model, answer, 1e-6);
    expect_radius(answer, q.radius);
    ++asked;
  }
  EXPECT_GT(asked, 20);
}

std::string rewriting_name(const ::testing::TestParamInfo<int>& info) { return rewritings[info.param].name; }

INSTANTIATE_TEST_SUITE_P(Networks, Rewritten, ::testing::Range(0, static_cast<int>(std::size(rewritings))),
                         rewriting_name);

Rational random_weight(std::mt19937_64& random, int scale) {
  return Rational(std::uniform_int_distribution<int>(-8, 8)(random)) / Rational(scale);
}

AffineRow random_row(const std::vector<AffineRow>& sources, int scale, std::mt19937_64& random) {
  std::vector<Rational> weights;
  std::vector<const AffineRow*> rows;
  for (const AffineRow& row : sources) {
    weights.push_back(random_weight(random, scale));
    rows.push_back(&row);
  }
  return NetworkBuilder::combine(weights, rows, random_weight(random, 4));
}

// x + MLP(x), with x carried as it is or as relu(x + 64) - 64 through every layer.
Network residual(int n, int layers, int width, bool carried, unsigned seed) {
  std::mt19937_64 random(seed);
  NetworkBuilder builder(n);
  std::vector<AffineRow> x, current;
  for (int i = 0; i < n; ++i) x.push_back(builder.input(i));
  current = x;
  for (int layer = 0; layer < layers; ++layer) {
    std::vector<AffineRow> next;
    for (int k = 0; k < width; ++k) next.push_back(builder.relu(random_row(current, 12, random)));
    if (carried) {
      for (AffineRow& row : x) {
        const AffineRow moved = NetworkBuilder::add(row, NetworkBuilder::constant(Rational(64 + layer)));
        row = NetworkBuilder::add(builder.relu(moved), NetworkBuilder::constant(Rational(-64 - layer)));
      }
    }
    current = std::move(next);
  }
  std::vector<AffineRow> outputs;
  for (int i = 0; i < n; ++i) {
    outputs.push_back(NetworkBuilder::add(x[static_cast<std::size_t>(i)], random_row(current, 2, random)));
  }
  return builder.finish(std::move(outputs), {});
}

TEST(Residual, SkipConnectionsAndCarriedInputsAgree) {
  int folds = 0;
  for (unsigned seed = 0; seed < 24; ++seed) {
    const int n = 1 + static_cast<int>(seed % 3);
    const int layers = 1 + static_cast<int>(seed % 4);
    SCOPED_TRACE(seed);
    Answer answers[2];
    for (const bool carried : {false, true}) {
      const Model model(std::make_shared<const Network>(residual(n, layers, 6, carried, seed)));
      Options options;
      options.threads = 1;
      options.time = 20;
      options.max_radius = "4";
      Answer& answer = answers[carried ? 1 : 0];
      answer = radius(model, std::vector<std::string>(static_cast<std::size_t>(n), "1/3"), options);
      expect_consistent(model, answer, 1e-6);
      EXPECT_EQ(answer.status, "solved");
    }
    ASSERT_EQ(answers[0].upper.has_value(), answers[1].upper.has_value());
    if (!answers[0].upper) continue;
    ++folds;
    EXPECT_LE(answers[0].lower, *answers[1].upper);
    EXPECT_LE(answers[1].lower, *answers[0].upper);
  }
  EXPECT_GT(folds, 5);
}

// x - relu(x) / 3 - 2 relu(x - 1) / 3 is flat beyond 1, but not in double: 1 - 1/3 - 2/3 rounds to 1.1e-16.
TEST(Flat, PiecesAreSeenThoughTheirDeterminantsRoundToSomethingElse) {
  for (int n = 1; n <= 2; ++n) {
    NetworkBuilder builder(n);
    const AffineRow x = builder.input(0);
    const AffineRow late = builder.relu(NetworkBuilder::add(x, NetworkBuilder::constant(Rational(-1))));
    AffineRow f = NetworkBuilder::add(x, builder.relu(x), Rational(-1) / Rational(3));
    f = NetworkBuilder::add(f, late, Rational(-2) / Rational(3));
    std::vector<AffineRow> outputs{f};
    if (n == 2) outputs.push_back(NetworkBuilder::add(builder.input(1), x));
    const Model model(std::make_shared<const Network>(builder.finish(outputs, {})));
    Options options;
    options.threads = 1;
    options.time = 5;
    const Answer answer = radius(model, std::vector<std::string>(static_cast<std::size_t>(n), "0"), options);
    expect_consistent(model, answer, 1e-6);
    expect_radius(answer, "1");
    EXPECT_EQ(answer.limit, "flat");
  }
}

// A bijection made of shears, minus a bump that moves f(a) onto f(b).
TEST(Planted, CollisionsAreNeverMissed) {
  std::mt19937_64 random(31);
  for (int repeat = 0; repeat < 40; ++repeat) {
    const int n = 2 + repeat % 2;
    const auto count = static_cast<std::size_t>(n);
    NetworkBuilder builder(n);
    std::vector<AffineRow> g;
    for (int i = 0; i < n; ++i) g.push_back(builder.input(i));
    const std::vector<AffineRow> x = g;
    for (int shear = 0; shear < 1 + repeat % 3; ++shear) {
      const std::size_t moved = static_cast<std::size_t>(shear) % count;
      std::vector<AffineRow> others;
      for (std::size_t i = 0; i < count; ++i) {
        if (i != moved) others.push_back(g[i]);
      }
      g[moved] = NetworkBuilder::add(g[moved], builder.relu(random_row(others, 8, random)), random_weight(random, 8));
    }
    // t = 0 at a, |t| >= 1 at b: relu(1 - |t|) is 1 at a and 0 at b.
    std::vector<Rational> a, b;
    for (std::size_t i = 0; i < count; ++i) {
      a.push_back(random_weight(random, 4));
      b.push_back(random_weight(random, 4));
    }
    const std::size_t axis = a[0] != b[0] ? 0 : 1;
    if (a[axis] == b[axis]) continue;
    const Rational slope = Rational(2) / (b[axis] - a[axis]);
    const AffineRow t =
        NetworkBuilder::add(NetworkBuilder::scale(x[axis], slope), NetworkBuilder::constant(-slope * a[axis]));
    AffineRow hat = NetworkBuilder::add(NetworkBuilder::constant(Rational(1)), builder.relu(t), Rational(-1));
    hat = NetworkBuilder::add(hat, builder.relu(NetworkBuilder::scale(t, Rational(-1))), Rational(-1));
    hat = builder.relu(hat);
    const Model bijection(std::make_shared<const Network>(builder.finish(g, {})));
    const auto at = [](const std::vector<Rational>& point) {
      std::vector<std::string> texts;
      for (const Rational& entry : point) texts.push_back(entry.str());
      return texts;
    };
    const auto ga = bijection.evaluate(at(a));
    const auto gb = bijection.evaluate(at(b));
    std::vector<AffineRow> f;
    for (std::size_t i = 0; i < count; ++i) {
      const Rational v = Rational::parse(ga[i]).value() - Rational::parse(gb[i]).value();
      f.push_back(NetworkBuilder::add(g[i], hat, -v));
    }
    const Model model(std::make_shared<const Network>(builder.finish(f, {})));
    ASSERT_EQ(model.evaluate(at(a)), model.evaluate(at(b)));

    Options options;
    options.threads = 1;
    options.time = 10;
    options.max_radius = "16";
    std::vector<Rational> centre;
    Rational planted;
    for (std::size_t i = 0; i < count; ++i) {
      centre.push_back(random_weight(random, 3));
      planted = std::max({planted, abs(a[i] - centre[i]), abs(b[i] - centre[i])});
    }
    SCOPED_TRACE(::testing::Message() << "repeat " << repeat << ", planted at " << planted.str());
    const Answer answer = radius(model, at(centre), options);
    expect_consistent(model, answer, 1e-6);
    EXPECT_EQ(answer.status, "solved");
    EXPECT_LT(Rational::parse(answer.lower_exact).value(), planted) << "proved too much";
    // (upper - lower) <= gap * upper, and lower is below the planted pair.
    ASSERT_TRUE(answer.upper.has_value());
    EXPECT_LE(*answer.upper * (1.0 - 1e-6), planted.upper_double());

    std::vector<std::pair<std::string, std::string>> box;
    for (const Rational& c : centre) box.emplace_back((c - planted).str(), (c + planted).str());
    const Answer verdict = injective(model, box, options);
    EXPECT_EQ(verdict.verdict, "refuted");
    expect_consistent(model, verdict, 1e-6);
  }
}

}  // namespace
}  // namespace foldproof::testing
