// Problem 3, one direction at a time: from texts to two Answers.
#include <filesystem>
#include <stdexcept>

#include "certificate/arguments.h"
#include "certificate/radius_inquiry.h"
#include "model/evaluate.h"
#include "search/factor_search.h"

namespace foldproof {

namespace {

// Is `second` a function of `first`?
class FactorInquiry : public RadiusInquiry {
 public:
  /// `first_asked` is `first` in the coordinates of the problem, `as_read` and `problem` are about both networks as
  /// one.
  FactorInquiry(const Model& first, const Model& second, const Model& first_asked, const Network& as_read,
                Problem problem, const Options& options)
      : RadiusInquiry(first, as_read, std::move(problem), options, "factor"), second_(second) {
    std::vector<int> inactive;
    for (const int j : inactive_) {
      if (j < first_asked.as_read().neuron_count()) inactive.push_back(j);
    }
    first_alone_ = merge_hinges(first_asked.as_read(), inactive);
  }

  std::vector<const Model*> models() const override { return {&model_, &second_}; }
  void search(double margin, Control& control) override;
  ProofSubject subject(const std::vector<std::string>& network_sha256) const override {
    ProofSubject subject = RadiusInquiry::subject(network_sha256);
    subject.second_sha256 = network_sha256[1];
    return subject;
  }

 private:
  const Model& second_;
  Network first_alone_;
};

void FactorInquiry::search(double margin, Control& control) {
  const Problem joint = next_problem(margin);
  Problem alone = joint;
  alone.network = &first_alone_;
  alone.outputs_of_a = 0;
  found_ = search_factor(joint, alone, control);
  if (!found_.collision) return;
  const std::vector<Rational> x = problem_.given(found_.collision->x), y = problem_.given(found_.collision->y);
  const auto image = [](const Model& model, const std::vector<Rational>& u) {
    return evaluate(model.network(), u).output;
  };
  const bool collides = verify_collision(problem_, found_.collision->x, found_.collision->y).has_value() &&
                        image(model_, x) == image(model_, y) && image(second_, x) != image(second_, y);
  if (!collides) {
    throw std::logic_error("the pair is none in the networks that were asked: this is a bug in foldproof");
  }
}

Answer one_direction(const Model& first, const Model& second, const std::vector<std::string>& at,
                     const Options& options) {
  const Model first_asked = scaled_model(first, options);
  const Network as_read = join(first_asked.as_read(), scaled_model(second, options).as_read());
  const Network joint = merge_hinges(as_read);
  Problem problem = ball_problem(first_asked, at, options);
  problem.network = &joint;
  problem.outputs_of_a = first.outputs();
  FactorInquiry inquiry(first, second, first_asked, as_read, std::move(problem), options);
  settle(inquiry, options);
  return std::move(inquiry.answer());
}

}  // namespace

std::string proof_of_ba(const std::string& proof) {
  if (proof.empty()) return proof;
  std::filesystem::path path(proof);
  const std::string extension = path.extension().string();
  return path.replace_extension(".ba" + extension).string();
}

FactorAnswer factor(const Model& a, const Model& b, const std::vector<std::string>& at, const Options& options) {
  require_options(options);
  if (a.inputs() != b.inputs()) {
    throw InputError("the networks take " + std::to_string(a.inputs()) + " and " + std::to_string(b.inputs()) +
                     " free inputs: both must take the same ones; freeze inputs of the larger one with --fix");
  }
  FactorAnswer answer;
  Options half = options;
  half.time = 0.5 * options.time;
  answer.ab = one_direction(a, b, at, half);
  half.proof = proof_of_ba(options.proof);
  if (options.time > 0.0) half.time = std::max(options.time - answer.ab.effort.seconds, half.time);
  answer.ba = one_direction(b, a, at, half);
  return answer;
}

}  // namespace foldproof
