// The public questions: from texts to exact numbers, to the search, to an Answer.
#include <cmath>
#include <limits>

#include "foldproof/foldproof.h"
#include "bounds/simplify.h"
#include "search/radius_search.h"

namespace foldproof {

namespace {

// Keeps at most `capacity` leaves, evenly thinned: when full, every second one is dropped and the stride doubles.
class LeafCollector : public Observer {
 public:
  explicit LeafCollector(std::size_t capacity) : capacity_(capacity) {}

  void leaf(std::uint64_t, const Box& box, const char* test, int, double) override {
    const std::uint64_t index = total_++;
    if (capacity_ == 0 || index % stride_ != 0) return;
    if (leaves_.size() == capacity_) {
      std::size_t kept = 1;
      for (std::size_t i = 2; i < leaves_.size(); i += 2) leaves_[kept++] = std::move(leaves_[i]);
      leaves_.resize(kept);
      stride_ *= 2;
      if (index % stride_ != 0) return;
    }
    leaves_.push_back({box.lower, box.upper, test});
  }

  std::vector<Leaf> take() { return std::move(leaves_); }
  std::uint64_t total() const { return total_; }

 private:
  std::size_t capacity_;
  std::uint64_t stride_ = 1;
  std::uint64_t total_ = 0;
  std::vector<Leaf> leaves_;
};

Rational read_number(const std::string& text, const std::string& what) {
  auto number = Rational::parse(text);
  if (!number) throw InputError(what + " is not a number: '" + text + "' (write a decimal like 0.1 or a fraction like 1/3)");
  return *std::move(number);
}

std::vector<std::pair<Rational, Rational>> read_box(const std::vector<std::pair<std::string, std::string>>& box,
                                                    int inputs, const std::string& what) {
  if (static_cast<int>(box.size()) != inputs) {
    throw InputError(what + " has " + std::to_string(box.size()) + " intervals but the network has " +
                     std::to_string(inputs) + " free inputs: give one interval L:U per free input");
  }
  std::vector<std::pair<Rational, Rational>> result;
  for (std::size_t i = 0; i < box.size(); ++i) {
    const std::string name = what + " of input " + std::to_string(i);
    Rational lower = read_number(box[i].first, name);
    Rational upper = read_number(box[i].second, name);
    if (lower >= upper) {
      throw InputError(name + " is empty or a single point (" + box[i].first + ":" + box[i].second +
                       "): give L < U, or freeze the input with --fix " + std::to_string(i) + "=" + box[i].first);
    }
    result.emplace_back(std::move(lower), std::move(upper));
  }
  return result;
}

void require_square(const Network& network) {
  const int n = network.inputs;
  const int m = network.output_count();
  if (n == m) return;
  const std::string shape =
      "the network maps " + std::to_string(n) + " free inputs to " + std::to_string(m) + " outputs, not to " +
      std::to_string(n) + ": ";
  if (m < n) {
    throw InputError(shape + "with fewer outputs than inputs it is never one-to-one (r* = 0); freeze inputs with --fix, or "
                             "ask Problem 2 (pseudo) or Problem 3 (factor) instead");
  }
  throw InputError(shape + "keep " + std::to_string(n) +
                   " of them with --outputs (if that map is one-to-one, so is the whole), or ask Problem 3 (factor) instead");
}

void require_options(const Options& options) {
  if (!(options.gap > 0.0 && options.gap < 1.0)) throw InputError("the gap must lie between 0 and 1 (it is relative)");
  if (!(options.time >= 0.0) || !(options.memory_gib >= 0.0) || options.threads < 0) {
    throw InputError("time, memory and threads must not be negative (0 means no limit, or all cores)");
  }
  if (options.norm != "linf") throw InputError("the norm '" + options.norm + "' is not available here: use linf");
}

std::vector<std::string> texts(const std::vector<Rational>& numbers) {
  std::vector<std::string> result;
  for (const Rational& number : numbers) result.push_back(number.str());
  return result;
}

std::vector<double> doubles(const std::vector<Rational>& numbers) {
  std::vector<double> result;
  for (const Rational& number : numbers) result.push_back(number.nearest_double());
  return result;
}

Answer solve(Problem problem, const Options& options, const std::string& question) {
  LeafCollector leaves(options.keep_leaves);
  Control control(options, &leaves);
  const Network& asked = *problem.network;
  const Box root = problem.root(problem.max_radius);
  const std::optional<Network> simpler = without_inactive(asked, RegionNetwork(asked, problem.centre), root);
  if (simpler) problem.network = &*simpler;
  RadiusResult found = search_radius(problem, control);
  problem.network = &asked;
  if (found.collision && !verify_collision(problem, found.collision->x, found.collision->y)) {
    throw std::logic_error("the colliding pair does not collide in the network that was asked: this is a bug in foldproof");
  }

  Answer answer;
  answer.question = question;
  answer.norm = options.norm;
  answer.center_exact = texts(problem.centre);
  answer.center = doubles(problem.centre);
  for (const auto& [lower, upper] : problem.domain) answer.domain_exact.emplace_back(lower.str(), upper.str());
  answer.lower = found.lower;
  answer.lower_exact = Rational::from_double(found.lower).str();
  answer.local_lower = found.local_lower;
  if (found.collision) {
    const Collision& pair = *found.collision;
    answer.upper = found.zero ? 0.0 : pair.radius_upper;
    answer.upper_exact = found.zero ? "0" : pair.radius.str();
    answer.limit = found.kind;
    answer.witness = Witness{texts(pair.x), texts(pair.y), texts(pair.f), doubles(pair.x), doubles(pair.y)};
    if (found.zero) answer.witness_scale_exact = found.scale.str();
  } else if (found.closed) {
    answer.limit = problem.max_radius >= problem.domain_reach() ? "none_within_domain" : "none_within_max_radius";
  }
  if (found.closed) {
    answer.status = "solved";
  } else if (auto reason = control.stop_reason()) {
    answer.status = "stopped";
    answer.stop_reason = std::move(reason);
  } else {
    answer.status = "open";
    answer.stop_reason = "unresolved";
  }
  if (!found.closed && found.resisting) {
    for (std::size_t i = 0; i < problem.centre.size(); ++i) {
      answer.resisting_place.emplace_back(
          (problem.centre[i] + Rational::from_double(found.resisting->lower[i])).lower_double(),
          (problem.centre[i] + Rational::from_double(found.resisting->upper[i])).upper_double());
    }
  }
  answer.effort.seconds = control.seconds();
  answer.effort.threads = control.threads();
  answer.effort.regions_tested = control.regions;
  answer.effort.pairs_tested = control.pairs;
  answer.effort.slope_nodes = control.slope_nodes;
  answer.effort.peak_memory_mib = peak_memory_mib();
  answer.leaves_total = leaves.total();
  answer.leaves = leaves.take();
  return answer;
}

}  // namespace

std::string version() { return FOLDPROOF_VERSION; }

Answer radius(const Model& model, const std::vector<std::string>& at, const Options& options) {
  const Network& network = model.network();
  require_options(options);
  require_square(network);
  if (static_cast<int>(at.size()) != network.inputs) {
    throw InputError("the point has " + std::to_string(at.size()) + " coordinates but the network has " +
                     std::to_string(network.inputs) + " free inputs: give one number per input that is not fixed");
  }
  Problem problem;
  problem.network = &network;
  problem.gap = options.gap;
  for (std::size_t i = 0; i < at.size(); ++i) {
    problem.centre.push_back(read_number(at[i], "coordinate " + std::to_string(i) + " of the point"));
  }
  if (!options.domain.empty()) {
    problem.domain = read_box(options.domain, network.inputs, "the domain");
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (problem.centre[i] < problem.domain[i].first || problem.centre[i] > problem.domain[i].second) {
        throw InputError("coordinate " + std::to_string(i) + " of the point (" + at[i] + ") lies outside the domain [" +
                         options.domain[i].first + ", " + options.domain[i].second +
                         "]: move the point or widen the domain");
      }
    }
  }
  Rational limit = Rational(10) * std::max(Rational(1), max_abs(problem.centre));
  if (!options.max_radius.empty()) {
    limit = read_number(options.max_radius, "the largest radius");
    if (limit.sign() <= 0) throw InputError("the largest radius must be positive, not " + options.max_radius);
  }
  problem.max_radius = std::min(limit.upper_double(), problem.domain_reach());
  if (!std::isfinite(problem.max_radius)) throw InputError("the largest radius does not fit a double");
  return solve(problem, options, "radius");
}

Answer injective(const Model& model, const std::vector<std::pair<std::string, std::string>>& box,
                 const Options& options) {
  const Network& network = model.network();
  require_options(options);
  require_square(network);
  Problem problem;
  problem.network = &network;
  problem.gap = options.gap;
  problem.any_collision = true;
  problem.domain = read_box(box, network.inputs, "the box");
  for (const auto& [lower, upper] : problem.domain) problem.centre.push_back((lower + upper) / Rational(2));
  problem.max_radius = problem.domain_reach();
  if (!std::isfinite(problem.max_radius)) throw InputError("the box does not fit into doubles");
  Answer answer = solve(problem, options, "injective");
  answer.verdict = answer.witness ? "refuted" : answer.status == "solved" ? "proved" : "open";
  if (answer.witness) {
    answer.status = "solved";
    answer.stop_reason.reset();
    answer.resisting_place.clear();
  }
  return answer;
}

}  // namespace foldproof
