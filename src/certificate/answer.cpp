// The public questions: from texts to exact numbers, to the search, to a proof, to the checker, to an Answer.
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "bounds/simplify.h"
#include "certificate/checker_process.h"
#include "certificate/proof_writer.h"
#include "foldproof/foldproof.h"
#include "model/weights_file.h"
#include "search/radius_search.h"

namespace foldproof {

namespace {

// Keeps at most `capacity` leaves, evenly thinned: when full, every second one is dropped and the stride doubles.
class LeafCollector : public Observer {
 public:
  explicit LeafCollector(std::size_t capacity) : capacity_(capacity) {}

  void leaf(std::uint64_t, const Box& box, const char* test, int, double, const std::string&) override {
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

  const std::vector<Leaf>& leaves() const { return leaves_; }
  std::uint64_t total() const { return total_; }

 private:
  std::size_t capacity_;
  std::uint64_t stride_ = 1;
  std::uint64_t total_ = 0;
  std::vector<Leaf> leaves_;
};

Rational read_number(const std::string& text, const std::string& what) {
  auto number = Rational::parse(text);
  if (!number)
    throw InputError(what + " is not a number: '" + text + "' (write a decimal like 0.1 or a fraction like 1/3)");
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
  const std::string shape = "the network maps " + std::to_string(n) + " free inputs to " + std::to_string(m) +
                            " outputs, not to " + std::to_string(n) + ": ";
  if (m < n) {
    throw InputError(shape +
                     "with fewer outputs than inputs it is never one-to-one (r* = 0); freeze inputs with --fix, or "
                     "ask Problem 2 (pseudo) or Problem 3 (factor) instead");
  }
  throw InputError(
      shape + "keep " + std::to_string(n) +
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

// The same events for two listeners.
class Tee : public Observer {
 public:
  Tee(Observer& a, Observer& b) : both_{&a, &b} {}
  void root(std::uint64_t id, const Box& box, const char* cover) override { each(&Observer::root, id, box, cover); }
  void preconditioner(const std::vector<double>& m) override { each(&Observer::preconditioner, m); }
  void split(std::uint64_t id, int axis, double where, std::uint64_t child) override {
    each(&Observer::split, id, axis, where, child);
  }
  void leaf(std::uint64_t id, const Box& box, const char* test, int sign, double clipped_to,
            const std::string& cells) override {
    each(&Observer::leaf, id, box, test, sign, clipped_to, cells);
  }
  void beyond(std::uint64_t id, double target) override { each(&Observer::beyond, id, target); }
  void boundary(double radius, int faces) override { each(&Observer::boundary, radius, faces); }
  void patch_split(int patch, int axis, double where, int below, int above) override {
    each(&Observer::patch_split, patch, axis, where, below, above);
  }
  void pair_split(std::uint64_t pair, char how, std::uint64_t child) override {
    each(&Observer::pair_split, pair, how, child);
  }
  void pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional) override {
    each(&Observer::pair_leaf, pair, how, functional);
  }
  void collision(const Collision& pair) override { each(&Observer::collision, pair); }

 private:
  template <class Event, class... Arguments>
  void each(Event event, const Arguments&... arguments) {
    for (Observer* const observer : both_) (observer->*event)(arguments...);
  }
  Observer* both_[2];
};

// The lines in which a checker states this very answer.
std::string statement_of(const Answer& answer, const std::string& weights_sha256) {
  const auto number = [](const std::string& text) { return Rational::parse(text).value().canonical(); };
  const bool is_box = answer.question == "injective";
  std::string text = "network " + weights_sha256 + "\nquestion " + answer.question + "\nnorm " + answer.norm + '\n';
  if (!is_box) {
    text += "center";
    for (const std::string& entry : answer.center_exact) text += ' ' + number(entry);
    text += '\n';
  }
  if (!answer.domain_exact.empty()) {
    text += "domain";
    for (const auto& [lower, upper] : answer.domain_exact) text += ' ' + number(lower) + ':' + number(upper);
    text += '\n';
  }
  if (answer.witness) {
    for (const auto& [name, point] :
         {std::pair("x", &answer.witness->x_exact), std::pair("y", &answer.witness->y_exact)}) {
      text += name;
      for (const std::string& entry : *point) text += ' ' + number(entry);
      text += '\n';
    }
  }
  if (is_box) return text + "end " + answer.verdict + '\n';
  return text + "end lower " + number(answer.lower_exact) + " local " + canonical(answer.local_lower) + " upper " +
         (answer.upper_exact ? number(*answer.upper_exact) : "none") + '\n';
}

// A file that is gone when this object is.
class TemporaryFile {
 public:
  explicit TemporaryFile(const char* ending) {
    static std::atomic<unsigned> count{0};
    path_ = std::filesystem::temp_directory_path() /
            ("foldproof-" + std::to_string(::getpid()) + '-' + std::to_string(count++) + ending);
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  if (!file.write(text.data(), static_cast<std::streamsize>(text.size())).flush()) {
    throw InputError("'" + path + "' cannot be written: free some space or set TMPDIR");
  }
}

Answer answer_of(const Problem& problem, const RadiusResult& found, const Control& control,
                 const std::string& question) {
  Answer answer;
  answer.question = question;
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
  if (question == "injective") {
    answer.verdict = answer.witness ? "refuted" : answer.status == "solved" ? "proved" : "open";
    if (answer.witness) {
      answer.status = "solved";
      answer.stop_reason.reset();
      answer.resisting_place.clear();
    }
  }
  answer.effort.seconds = control.seconds();
  answer.effort.threads = control.threads();
  answer.effort.regions_tested = control.regions;
  answer.effort.pairs_tested = control.pairs;
  answer.effort.slope_nodes = control.slope_nodes;
  return answer;
}

// A result that calls itself closed has reached what was asked.
bool is_consistent(const Problem& problem, const RadiusResult& found) {
  if (!found.closed || found.zero) return true;
  if (!found.collision) return found.lower >= problem.max_radius;
  return problem.any_collision || found.lower >= found.collision->radius_upper * (1.0 - problem.gap);
}

// Nothing is claimed any more: the bounds go, the effort and the reason stay.
void withdraw(Answer& answer) {
  answer.lower = answer.local_lower = 0.0;
  answer.lower_exact = "0";
  answer.upper.reset();
  answer.upper_exact.reset();
  answer.witness.reset();
  answer.witness_scale_exact.reset();
  answer.resisting_place.clear();
  answer.leaves.clear();
  answer.limit.clear();
  answer.status = "open";
  answer.stop_reason = "refused";
  if (answer.question == "injective") answer.verdict = "open";
}

// What is left of a result without the leaves from a refused one on; false if nothing can be kept so.
bool retreat(RadiusResult& found, const RefusedLeaf& leaf) {
  found.closed = false;
  const bool local = leaf.cover == "local";
  if (!(leaf.distance < (local ? found.sign_lower : found.lower))) return false;
  if (local) {
    if (found.lower_by == "boundary" && leaf.distance < found.lower) return false;  // the pairs are of that radius
    found.sign_lower = leaf.distance;
    if (found.lower_by == "sign") found.lower = std::min(found.lower, leaf.distance);
  } else {
    found.lower = leaf.distance;
  }
  found.local_lower = std::max(found.sign_lower, found.lower);
  return true;
}

// Leaves that the checker refuses are worked on: the search begins again with wider margins.
constexpr double margins[] = {0.0, 0x1p-30, 0x1p-22};
// A run that was stopped cannot begin again: its radius is drawn in below the refused leaf, and the answer says so.
constexpr int most_retreats = 20;

Answer solve(const Model& model, Problem problem, const Options& options, const std::string& question) {
  const std::string checker = options.check ? checker_program() : std::string();
  const Network& asked = *problem.network;
  const std::vector<int> inactive =
      inactive_on(asked, RegionNetwork(asked, problem.centre), problem.root(problem.max_radius));
  const Network simpler = inactive.empty() ? Network{} : merge_hinges(model.as_read(), inactive);
  const bool wanted = options.check || !options.proof.empty();
  const std::string weights = wanted ? model.weights() : std::string();
  const ProofSubject subject{wanted ? sha256_of(weights) : "", question, inactive};
  const TemporaryFile proof_file(".proof"), weights_file(".weights");
  const std::string path = options.proof.empty() ? proof_file.path() : options.proof;
  if (options.check) write_file(weights_file.path(), weights);
  for (std::size_t attempt = 0;; ++attempt) {
    problem.margin = margins[attempt];
    LeafCollector leaves(options.keep_leaves);
    std::optional<ProofWriter> writer;
    if (wanted) writer.emplace(std::filesystem::temp_directory_path());
    Tee both(leaves, writer ? static_cast<Observer&>(*writer) : leaves);
    Control control(options, writer ? static_cast<Observer*>(&both) : &leaves);
    problem.network = inactive.empty() ? &asked : &simpler;
    RadiusResult found = search_radius(problem, control);
    problem.network = &asked;
    if (found.collision && !verify_collision(problem, found.collision->x, found.collision->y)) {
      throw std::logic_error(
          "the colliding pair does not collide in the network that was asked: this is a bug in foldproof");
    }
    const double seconds = control.seconds();
    const bool last = attempt + 1 == std::size(margins) || control.stop_reason().has_value();
    for (int retreats = 0;; ++retreats) {
      Answer answer = answer_of(problem, found, control, question);
      answer.norm = options.norm;
      answer.effort.seconds = seconds;
      answer.effort.peak_memory_mib = peak_memory_mib();
      answer.leaves_total = leaves.total();
      answer.leaves = leaves.leaves();
      Proof& proof = answer.proof;
      proof.attempts = static_cast<int>(attempt) + 1;
      proof.refused_leaves = retreats;
      if (!is_consistent(problem, found)) {
        proof.refused = "the search ended with a bracket that it calls closed and that is not";
        withdraw(answer);
        return answer;
      }
      if (!wanted) return answer;
      ProofSize size;
      try {
        size = writer->write(path, problem, found, subject);
      } catch (const std::logic_error& hole) {
        proof.refused = hole.what();
        withdraw(answer);
        return answer;
      }
      proof.weights_sha256 = subject.weights_sha256;
      proof.file = options.proof;
      proof.bytes = size.bytes;
      proof.leaves = size.leaves;
      proof.pairs = size.pairs;
      if (!options.check) return answer;
      control.phase = "check";
      control.speak();
      const CheckerRun run = run_checker(checker, path, weights_file.path());
      proof.check_seconds = run.seconds;
      proof.checked = run.accepted && run.statement == statement_of(answer, subject.weights_sha256);
      if (proof.checked) return answer;
      if (run.interrupted) {  // what was not checked by then is not claimed, and it is nobody's fault
        withdraw(answer);
        answer.status = "stopped";
        answer.stop_reason = "interrupt";
        return answer;
      }
      proof.refused = run.accepted ? "the checker accepted another statement than the answer's" : run.reason;
      if (run.rejected && !last) break;
      const bool may_retreat = run.rejected && control.stop_reason() && retreats < most_retreats;
      const auto leaf = may_retreat ? writer->leaf_on_line(run.line) : std::nullopt;
      if (!leaf || !retreat(found, *leaf)) {
        withdraw(answer);
        return answer;
      }
    }
  }
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
  return solve(model, std::move(problem), options, "radius");
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
  return solve(model, std::move(problem), options, "injective");
}

CheckAnswer check(const Model& model, const std::string& proof) {
  const TemporaryFile weights(".weights");
  write_file(weights.path(), model.weights());
  const CheckerRun run = run_checker(checker_program(), proof, weights.path());
  return {run.accepted ? 0 : run.rejected ? 1 : 2, run.accepted ? "accepted\n" + run.statement : run.reason + '\n'};
}

}  // namespace foldproof
