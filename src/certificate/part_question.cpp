// Claim: the problem that a worker rebuilds is the asker's, network and all, bit for bit: the bytes hold exact numbers,
// the names of the network and of this version, and what is not in them is a function of them.
#include "certificate/part_question.h"

#include <list>
#include <mutex>

#include "certificate/arguments.h"
#include "search/part_search.h"
#include "search/seal.h"

namespace foldproof {

namespace {

void write_all(ByteWriter& out, const std::vector<Rational>& numbers) {
  out.whole(numbers.size());
  for (const Rational& number : numbers) out.rational(number);
}

std::vector<Rational> read_all(ByteReader& in) {
  std::vector<Rational> numbers(in.count());
  for (Rational& number : numbers) number = in.rational();
  return numbers;
}

}  // namespace

std::string question_for_workers(const Model& model, const Problem& problem, const std::vector<int>& inactive) {
  ByteWriter out;
  out.text(version());
  out.text(model.hash());
  out.byte(static_cast<char>(problem.norm));
  write_all(out, problem.centre);
  write_all(out, problem.scale);
  std::vector<Rational> domain;
  for (const auto& [lower, upper] : problem.domain) {
    domain.push_back(lower);
    domain.push_back(upper);
  }
  write_all(out, domain);
  out.number(problem.max_radius);
  out.number(problem.gap);
  out.number(problem.margin);
  out.whole(problem.any_collision ? 1 : 0);
  out.whole(inactive.size());
  for (const int number : inactive) out.whole(static_cast<std::uint64_t>(number));
  return out.bytes();
}

struct PartSolver::State {
  // A question and all that its parts share.
  struct Prepared {
    std::unique_ptr<const Model> scaled;  // the network that is asked, where that is not the model's
    Network simpler;                      // without the inactive neurons, if there are any
    std::unique_ptr<const PreparedProblem> problem;
  };

  static constexpr std::size_t most_kept = 4;

  explicit State(const Model& given) : model(given), hash(given.hash()) {}

  std::shared_ptr<const Prepared> prepared(const std::string& question) {
    const std::lock_guard lock(mutex);
    for (const auto& [text, made] : kept) {
      if (text == question) return made;
    }
    kept.emplace_front(question, prepare(question));
    if (kept.size() > most_kept) kept.pop_back();
    return kept.front().second;
  }

  std::shared_ptr<const Prepared> prepare(const std::string& question) const {
    ByteReader in(question);
    if (const std::string asked = in.text(); asked != version()) {
      throw InputError("a worker runs foldproof " + version() + " and was asked by foldproof " + asked +
                       ": install the same version everywhere");
    }
    if (in.text() != hash) {
      throw InputError("a worker holds another network than the one that is asked about: load it again");
    }
    auto result = std::make_shared<Prepared>();
    Problem problem;
    problem.norm = static_cast<Norm>(in.byte());
    problem.centre = read_all(in);
    problem.scale = read_all(in);
    const std::vector<Rational> domain = read_all(in);
    for (std::size_t i = 0; i + 1 < domain.size(); i += 2) problem.domain.emplace_back(domain[i], domain[i + 1]);
    problem.max_radius = in.number();
    problem.gap = in.number();
    problem.margin = in.number();
    problem.any_collision = in.index(2) == 1;
    std::vector<int> inactive(in.count());
    const Network* as_read = &model.as_read();
    if (!problem.scale.empty()) {
      result->scaled =
          std::make_unique<const Model>(std::make_shared<const Network>(scale_inputs(*as_read, problem.scale)));
      as_read = &result->scaled->as_read();
    }
    problem.neurons_as_read = as_read->neuron_count();
    for (int& number : inactive) number = static_cast<int>(in.index(as_read->neurons.size()));
    problem.network = result->scaled ? &result->scaled->network() : &model.network();
    if (!inactive.empty()) {
      result->simpler = merge_hinges(*as_read, inactive);
      problem.network = &result->simpler;
    }
    result->problem = std::make_unique<const PreparedProblem>(std::move(problem));
    return result;
  }

  const Model model;
  const std::string hash;
  std::mutex mutex;
  std::list<std::pair<std::string, std::shared_ptr<const Prepared>>> kept;  // the last one first
};

PartSolver::PartSolver(const Model& model) : state_(std::make_unique<State>(model)) {}

PartSolver::~PartSolver() = default;

std::string PartSolver::answer(const std::string& request) const {
  try {
    ByteReader in(unsealed(request_subject, request));
    const auto prepared = state_->prepared(in.text());
    return sealed(seal_of(request), solve_part(*prepared->problem, in));
  } catch (const BadBytes&) {
    throw InputError("a worker was sent what is no part of a search: the request came damaged");
  }
}

}  // namespace foldproof
