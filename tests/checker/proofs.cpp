#include "proofs.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "../engine/networks.h"
#include "handmade.h"
#include "model/weights_file.h"
#include "search/exact_cells.h"

namespace foldproof::testing {

MemoryFile::MemoryFile()
    : descriptor_(memfd_create("proof", 0)), path_("/proc/self/fd/" + std::to_string(descriptor_)) {
  if (descriptor_ < 0) throw std::runtime_error("no file in memory");
}

MemoryFile::~MemoryFile() { close(descriptor_); }

const std::string& MemoryFile::holding(std::string_view bytes) {
  const auto size = static_cast<ssize_t>(bytes.size());
  if (ftruncate(descriptor_, 0) != 0 || pwrite(descriptor_, bytes.data(), bytes.size(), 0) != size) {
    throw std::runtime_error("a file in memory cannot be written");
  }
  return path_;
}

Model as_read_model(const nlohmann::json& layers) {
  const int n = static_cast<int>(layers[0].at("W")[0].size());
  NetworkBuilder builder(n, Hinges::keep);
  std::vector<AffineRow> current;
  for (int i = 0; i < n; ++i) current.push_back(builder.input(i));
  for (const auto& layer : layers) {
    std::vector<const AffineRow*> from;
    for (const AffineRow& row : current) from.push_back(&row);
    std::vector<AffineRow> next;
    for (std::size_t k = 0; k < layer.at("W").size(); ++k) {
      std::vector<Rational> coefficients;
      for (const auto& coefficient : layer["W"][k]) coefficients.push_back(number(coefficient));
      AffineRow row = NetworkBuilder::combine(coefficients, from, number(layer.at("b")[k]));
      next.push_back(&layer == &layers.back() ? std::move(row) : builder.relu(row));
    }
    current = std::move(next);
  }
  return Model(std::make_shared<const Network>(builder.finish(std::move(current), {})));
}

namespace {

class PoolMaker {
 public:
  PoolMaker() = default;
  ~PoolMaker() { std::filesystem::remove(path_); }
  PoolMaker(const PoolMaker&) = delete;
  PoolMaker& operator=(const PoolMaker&) = delete;

  Pool take() { return std::move(pool_); }

  Options options(const nlohmann::json& net, double gap) const {
    Options result;
    result.check = false;
    result.threads = 1;
    result.gap = gap;
    result.max_radius = text(net.at("search_radius"));
    result.proof = path_.string();
    return result;
  }

  void add_radius(const std::string& name, const nlohmann::json& net, const Options& how, std::vector<std::string> at) {
    const Model model = as_read_model(net.at("layers"));
    if (model.inputs() != model.outputs()) return;
    radius(model, at, how);
    add(name, model, lines_of(unpacked(path_)));
  }
  void add_radius(const std::string& name, const nlohmann::json& net, double gap) {
    add_radius(name, net, options(net, gap), texts(net.at("centre")));
  }
  void add_pseudo(const std::string& name, const nlohmann::json& net, std::vector<std::string> at) {
    const Model model = as_read_model(net.at("layers"));
    pseudo(model, at, options(net, 1e-2));
    add(name + ", pseudo", model, lines_of(unpacked(path_)));
  }
  void add_injective(const std::string& name, const nlohmann::json& net,
                     const std::vector<std::pair<std::string, std::string>>& box) {
    const Model model = as_read_model(net.at("layers"));
    injective(model, box, options(net, 1e-3));
    add(name, model, lines_of(unpacked(path_)));
  }

  void add_preimages(const std::string& name, const nlohmann::json& net,
                     const std::vector<std::vector<std::string>>& values,
                     const std::vector<std::pair<std::string, std::string>>& box) {
    const Model model = as_read_model(net.at("layers"));
    preimages(model, values, box, options(net, 1e-2));
    add(name + ", preimages", model, lines_of(unpacked(path_)));
  }
  void add_fold(const std::string& name, const nlohmann::json& net,
                const std::vector<std::pair<std::string, std::string>>& box) {
    const Model model = as_read_model(net.at("layers"));
    LocusOptions how;
    static_cast<Options&>(how) = options(net, 1e-2);
    how.resolution = 0.5;
    j0(model, box, how);
    add(name + ", fold", model, lines_of(unpacked(path_)));
  }
  /// Both directions.
  void add_factor(const std::string& name, const nlohmann::json& first, const nlohmann::json& second,
                  const std::vector<std::string>& at, const char* norm = "linf") {
    const Model a = as_read_model(first.at("layers")), b = as_read_model(second.at("layers"));
    Options how = options(first, 1e-2);
    how.norm = norm;
    factor(a, b, at, how);
    const std::filesystem::path other = proof_of_ba(path_.string());
    add(name + ", A to B", a.weights(), b.weights(), lines_of(unpacked(path_)), true);
    add(name + ", B to A", b.weights(), a.weights(), lines_of(unpacked(other)), true);
    std::filesystem::remove(other);
  }

  void add_handmade() {
    for (const bool of_format_1 : {false, true}) {
      if (of_format_1) pool_.often = pool_.proofs.size();
      for (const Handmade& proof : handmade_proofs()) {
        if ((first_word(proof.text.front()) == "question") != of_format_1)
          add(proof.name, proof.weights(), proof.second_weights(), proof.lines(), proof.refused == 0);
      }
    }
  }

  /// The last proof again, its sign cover by exact cells, from the box cut in halves `depth` times.
  void add_with_cells(const nlohmann::json& net, int depth) {
    const Model model = as_read_model(net.at("layers"));
    Problem problem;
    problem.network = &model.network();
    Proof proof = pool_.proofs.back();
    double sign_radius = 0.0;
    int sign = 0;
    std::size_t first = 0, last = 0;
    for (std::size_t i = 0; i < proof.lines.size(); ++i) {
      const std::vector<std::string> words = words_of(proof.lines[i]);
      if (words[0] == "inactive") proof.lines[i] = "inactive";
      if (words[0] == "center") {
        for (std::size_t k = 1; k < words.size(); ++k) problem.centre.push_back(proof_number(words[k]));
      }
      if (words[0] != "cover" || words[1] != "sign") continue;
      sign_radius = proof_number(words[2]).nearest_double();
      sign = words[3] == "+" ? 1 : -1;
      first = i + 1;
      for (last = first + 1; words_of(proof.lines[last])[0].size() == 1; ++last) {
      }
    }
    if (model.inputs() > 1 && std::count(proof.lines.begin(), proof.lines.end(), "patches") == 0) {
      std::vector<std::string> words =
          words_of(proof.lines.back());  // without a boundary, cells prove no more than this
      proof.lines.back() = "end lower 0 local " + words[4] + " upper " + words[6];
    }
    const RegionNetwork root(model.network(), problem.centre);
    Lines tree;
    cell_tree(problem, root, problem.root(sign_radius), sign, depth, tree);
    const auto begin = proof.lines.begin();
    proof.lines.erase(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(last));
    proof.lines.insert(proof.lines.begin() + static_cast<std::ptrdiff_t>(first), tree.begin(), tree.end());
    add(proof.name + ", cells", model, proof.lines);
  }

  /// A monotone cover about a point, with the matrix given, on the largest ball (a power of two) where the checker
  /// accepts a box cut evenly.
  void add_monotone(const std::string& name, const nlohmann::json& net, const std::string& centre,
                    const std::string& matrix) {
    const Model model = as_read_model(net.at("layers"));
    const std::string weights = model.weights();
    for (int e = 3; e > -8; --e) {
      for (int depth = 0; depth < 7; ++depth) {
        const std::string r = Rational(1).times_power_of_two(e).canonical();
        Lines lines{"foldproof-proof 3", "network " + network_hash(weights),
                    "question radius",   "norm linf",
                    "center " + centre,  "ball " + r,
                    "inactive",          "cover monotone " + r,
                    "matrix " + matrix};
        const double end = std::ldexp(1.0, e);
        even_tree(Box{std::vector<double>(static_cast<std::size_t>(model.inputs()), -end),
                      std::vector<double>(static_cast<std::size_t>(model.inputs()), end)},
                  depth, lines);
        lines.push_back("end lower " + r + " local " + r + " upper none");
        if (foldproof_check::check(proof_.holding(joined(lines)), weights_.holding(weights)).code != 0) continue;
        add(name + ", monotone", model, lines);
        return;
      }
    }
    ADD_FAILURE() << name << ": no monotone cover";
  }

 private:
  void add(const std::string& name, const Model& model, Lines lines) {
    add(name, model.weights(), "", std::move(lines), true);
  }
  void add(const std::string& name, const std::string& weights, const std::string& second, Lines lines,
           bool must_hold) {
    const std::string hash = network_hash(weights);
    auto& subjects = pool_.subjects;
    auto subject = std::find_if(subjects.begin(), subjects.end(),
                                [&](const Subject& s) { return s.hash == hash && s.second == second; });
    if (subject == subjects.end()) {
      auto judge = std::make_unique<Judge>(weights, second);
      const auto inputs = static_cast<int>(judge->truth().inputs());
      subjects.push_back({weights, hash, second, inputs, std::move(judge)});
      subject = subjects.end() - 1;
    }
    const auto verdict = foldproof_check::check(proof_.holding(joined(lines)), weights_.holding(weights),
                                                second.empty() ? "" : second_.holding(second));
    EXPECT_TRUE(verdict.code == 0 || !must_hold) << name << ": " << verdict.reason;
    const std::string wrong = verdict.code == 0 ? subject->judge->false_claim(verdict.statement) : "";
    EXPECT_EQ(wrong, "") << name << '\n' << verdict.statement;
    pool_.proofs.push_back({name, static_cast<std::size_t>(subject - subjects.begin()), std::move(lines)});
  }

  void cell_tree(const Problem& problem, const RegionNetwork& root, const Box& box, int sign, int depth, Lines& lines) {
    constexpr int most_undecided = 20;
    if (depth == 0) {
      const auto tokens = cells_with_sign(problem, root, box, sign, most_undecided);
      EXPECT_TRUE(tokens.has_value());
      lines.push_back("c " + tokens.value_or("."));
      return;
    }
    const auto axis = static_cast<std::size_t>(depth) % box.lower.size();
    const double middle = 0.5 * box.lower[axis] + 0.5 * box.upper[axis];
    lines.push_back("s " + std::to_string(axis) + ' ' + canonical(middle));
    Box half = box;
    half.upper[axis] = middle;
    cell_tree(problem, root, half, sign, depth - 1, lines);
    half = box;
    half.lower[axis] = middle;
    cell_tree(problem, root, half, sign, depth - 1, lines);
  }

  void even_tree(const Box& box, int depth, Lines& lines) {
    if (depth == 0) return lines.push_back("l");
    const auto axis = static_cast<std::size_t>(depth) % box.lower.size();
    const double middle = 0.5 * box.lower[axis] + 0.5 * box.upper[axis];
    lines.push_back("s " + std::to_string(axis) + ' ' + canonical(middle));
    Box half = box;
    half.upper[axis] = middle;
    even_tree(half, depth - 1, lines);
    half = box;
    half.lower[axis] = middle;
    even_tree(half, depth - 1, lines);
  }

  Pool pool_;
  MemoryFile proof_, weights_, second_;
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("foldproof-test-" + std::to_string(getpid()) + ".proof");
};

}  // namespace

Pool make_pool() {
  PoolMaker maker;
  const nlohmann::json zoo = read_json("zoo.json").at("nets");
  for (const auto& [name, net] : zoo.items()) maker.add_radius(name, net, 1e-3);
  for (const char* name : {"shift_fold", "pmat_bad", "hat_fold_off", "branch4_b"}) {  // the same about another point
    maker.add_radius(name, zoo[name], maker.options(zoo[name], 1e-2), {"5/4", "-1/8"});
  }
  for (const char* name : {"branch2_corner", "branch4", "branch4_b", "pmat_bad", "pmat_ok", "shear2"}) {
    for (const int depth : {0, 2}) {
      maker.add_radius(name, zoo[name], 1e-2);
      maker.add_with_cells(zoo[name], depth);
    }
  }

  const auto with_domain = [&](const char* name, std::vector<std::pair<std::string, std::string>> domain) {
    Options how = maker.options(zoo[name], 1e-3);
    how.domain = std::move(domain);
    maker.add_radius(std::string(name) + ", domain", zoo[name], how, texts(zoo[name]["centre"]));
  };
  with_domain("abs1d", {{"1/3", "9"}});
  with_domain("shift_fold", {{"0", "3"}, {"-1/10", "3"}});
  with_domain("shift_fold", {{"-3", "1/3"}, {"-2", "3/5"}});
  with_domain("branch2_corner", {{"-1/3", "2"}, {"1/7", "3"}});
  with_domain("branch4_b", {{"1/3", "3"}, {"-1/2", "7/5"}});
  maker.add_injective("abs1d, box", zoo["abs1d"], {{"1/10", "3"}});
  maker.add_injective("shift_fold, box", zoo["shift_fold"], {{"-1", "1/3"}, {"-1", "2/3"}});
  maker.add_injective("shift_fold, folded box", zoo["shift_fold"], {{"-1", "1/2"}, {"-1", "2/3"}});
  maker.add_injective("branch4_b, box", zoo["branch4_b"], {{"3/5", "3"}, {"-2/5", "2"}});
  maker.add_injective("branch2, box", zoo["branch2"], {{"0", "1"}, {"-1/3", "2"}});

  for (const auto& [name, net] : zoo.items()) maker.add_pseudo(name, net, texts(net.at("centre")));
  for (const char* name : {"shift_fold", "pmat_bad", "branch4_b", "hat_fold_off"}) {
    maker.add_pseudo(name, zoo[name], {"5/4", "-1/8"});
  }

  const nlohmann::json random = read_json("data/random_nets.json").at("nets");
  int index = 0;
  for (const auto& [name, net] : random.items()) {
    if (net["n_cells"].get<int>() > 25 || ++index % 4 != 0) continue;
    maker.add_radius(name, net, index % 8 == 0 ? 1e-2 : 1e-4);
  }
  for (const char* name : {"1d_005", "1d_073", "2d_003", "2d_013", "2d_063", "2d_093"}) {
    maker.add_radius(name, random[name], 1e-2);
    maker.add_with_cells(random[name], 2);
  }

  // Neurons that are constantly 0 on a piece, where nothing but exact cells can tell.
  const nlohmann::json dead = {{"search_radius", 3}, {"layers", nlohmann::json::parse(R"([
      {"W": [[1]], "b": [0]}, {"W": [[1]], "b": [0]}, {"W": [[1]], "b": [0]}])")}};
  const nlohmann::json dead_fold = {{"search_radius", 3}, {"layers", nlohmann::json::parse(R"([
      {"W": [[1,1],[1,0],[-1,0],[0,1],[0,-1]], "b": [0,0,0,0,0]},
      {"W": [[1,0,0,0,0],[0,1,-1,0,0],[0,-1,1,0,0],[0,0,0,1,-1],[0,0,0,-1,1]], "b": [0,0,0,0,0]},
      {"W": [[2,-1,1,0,0],[0,0,0,1,-1]], "b": [0,0]}])")}};
  maker.add_radius("dead", dead, maker.options(dead, 1e-2), {"1"});
  maker.add_with_cells(dead, 0);
  maker.add_radius("dead", dead, maker.options(dead, 1e-2), {"1"});
  maker.add_with_cells(dead, 2);
  maker.add_radius("dead fold", dead_fold, maker.options(dead_fold, 1e-2), {"1/2", "1/4"});
  maker.add_with_cells(dead_fold, 0);
  maker.add_radius("dead fold", dead_fold, maker.options(dead_fold, 1e-2), {"1/2", "1/4"});
  maker.add_with_cells(dead_fold, 2);

  const nlohmann::json far = read_json("data/far_collision.json").at("nets");
  for (const char* name : {"spiral", "spiral_uneven", "horseshoe", "wrap_then_shear", "perturbed_1"}) {
    maker.add_radius(name, far[name], 1e-2);
  }
  for (const char* name : {"space_spiral", "space_branch4"}) maker.add_radius(name, far[name], 0.25);

  maker.add_monotone("alpha_curve", zoo["alpha_curve"], "2", "1b-1 1");
  maker.add_monotone("alpha_curve", zoo["alpha_curve"], "1/3", "-1 -1b-1");
  maker.add_monotone("pmat_ok", zoo["pmat_ok"], "0 0", "1 0 0 1");
  maker.add_monotone("shift_fold", zoo["shift_fold"], "0 1/8", "1 0 0 1");
  maker.add_monotone("1d_000", random["1d_000"], "-1/8", "5");
  maker.add_monotone("2d_009", random["2d_009"], "-1 1", "1 0 0 1");
  const nlohmann::json space = {{"search_radius", 4}, {"layers", nlohmann::json::parse(R"([
      {"W": [[1,0,0],[-1,0,0],[0,1,0],[0,-1,0],[0,0,1],[0,0,-1],[1,1,0],[0,1,-1],[-1,0,1],[1,-1,1]],
       "b": [0,0,0,0,0,0,"-1/2","1/3",-1,"-7/8"]},
      {"W": [[1,-1,0,0,0,0,"1/4","-1/3",0,"-1/2"],[0,0,1,-1,0,0,"-1/4",0,"1/2","1/3"],[0,0,0,0,1,-1,0,"1/4","-3/4",1]],
       "b": [0,0,0]}])")}};
  maker.add_radius("space", space, maker.options(space, 0.25), {"0", "1/8", "0"});
  maker.add_monotone("space", space, "0 1/8 0", "1 0 0 0 1 0 0 0 1");
  maker.add_monotone("space, turned", space, "1 -1/3 0", "1 0 1b-2 0 1 0 -1b-2 0 1");

  for (const char* norm : {"l1", "l2"}) {
    for (const char* name : {"shift_fold", "branch4_b", "hat_fold_off"}) {
      Options how = maker.options(zoo[name], 0.25);
      how.norm = norm;
      if (std::string(norm) == "l1") how.scale = {"1/2", "3"};
      maker.add_radius(std::string(name) + ", " + norm, zoo[name], how, {"5/4", "-1/8"});
    }
  }
  using Values = std::vector<std::vector<std::string>>;
  using Sides = std::vector<std::pair<std::string, std::string>>;
  const Sides interval{{"-2", "5/2"}}, square{{"-2", "5/2"}, {"-3/2", "2"}};
  maker.add_preimages("abs1d", zoo["abs1d"], Values{{"1"}, {"-1"}, {"0"}}, interval);
  maker.add_preimages("plateau1d", zoo["plateau1d"], Values{{"0"}, {"1"}}, interval);
  for (const char* name : {"shift_fold", "branch4_b", "pmat_bad", "hat_fold", "dup_cancel2d", "shear2"}) {
    maker.add_preimages(name, zoo[name], Values{{"1/2", "1/4"}, {"0", "0"}, {"-7/3", "1"}}, square);
    maker.add_fold(name, zoo[name], square);
  }
  for (const char* name : {"abs1d", "clamp1d"}) maker.add_fold(name, zoo[name], interval);
  maker.add_factor("abs1d and alpha_curve", zoo["abs1d"], zoo["alpha_curve"], {"1/2"});
  maker.add_factor("plateau1d and clamp1d", zoo["plateau1d"], zoo["clamp1d"], {"1/4"});
  maker.add_factor("shift_fold twice", zoo["shift_fold"], zoo["shift_fold"], {"0", "1/8"});
  maker.add_factor("branch2 and shear2", zoo["branch2"], zoo["shear2"], {"1", "1/2"});
  maker.add_factor("pmat_bad and shift_fold", zoo["pmat_bad"], zoo["shift_fold"], {"3/4", "-1/8"});
  maker.add_factor("pmat_ok and shift_fold", zoo["pmat_ok"], zoo["shift_fold"], {"3/4", "-1/8"}, "l2");
  maker.add_handmade();
  return maker.take();
}

}  // namespace foldproof::testing
