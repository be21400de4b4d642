#include "certificate/inquiry.h"

#include <stdexcept>

#include "certificate/checker_process.h"
#include "certificate/listeners.h"
#include "certificate/temporary_file.h"
#include "model/weights_file.h"

namespace foldproof {

namespace {

// Leaves that the checker refuses are worked on: the search begins again with wider margins.
constexpr double margins[] = {0.0, 0x1p-30, 0x1p-22};
// A run that was stopped cannot begin again: its result is drawn in until the refused leaf is not needed.
constexpr int most_retreats = 20;

// The weights of the networks, as files if a checker is to read them.
class Weights {
 public:
  Weights(const std::vector<const Model*>& models, bool as_files) {
    for (const Model* model : models) {
      const std::string text = model->weights();
      hashes.push_back(network_hash(text));
      if (!as_files) continue;
      files_.push_back(std::make_unique<TemporaryFile>(".weights"));
      files_.back()->write(text);
      paths.push_back(files_.back()->path());
    }
  }
  std::vector<std::string> hashes, paths;

 private:
  std::vector<std::unique_ptr<TemporaryFile>> files_;
};

}  // namespace

void settle(Inquiry& inquiry, const Options& options) {
  const std::string checker = options.check ? checker_program() : std::string();
  const bool wanted = options.check || !options.proof.empty();
  const Weights weights(wanted ? inquiry.models() : std::vector<const Model*>{}, options.check);
  const ProofSubject subject = wanted ? inquiry.subject(weights.hashes) : ProofSubject{};
  const TemporaryFile proof_file(".proof");
  const std::string path = options.proof.empty() ? proof_file.path() : options.proof;
  for (std::size_t attempt = 0;; ++attempt) {
    std::vector<double> scale;
    for (const std::string& entry : options.scale) scale.push_back(Rational::parse(entry).value().nearest_double());
    LeafCollector leaves(options.keep_leaves, std::move(scale));
    Observer& record = wanted ? inquiry.new_record(std::filesystem::temp_directory_path()) : leaves;
    Tee both(leaves, record);
    Control control(options, wanted ? static_cast<Observer*>(&both) : &leaves);
    inquiry.search(margins[attempt], control);
    const double seconds = control.seconds();
    const bool last = attempt + 1 == std::size(margins) || control.stop_reason().has_value();
    for (int retreats = 0;; ++retreats) {
      inquiry.report(control);
      Outcome& answer = inquiry.answer();
      Effort& effort = answer.effort;
      effort.seconds = seconds;
      effort.threads = control.threads();
      effort.regions_tested = control.regions;
      effort.pairs_tested = control.pairs;
      effort.slope_nodes = control.slope_nodes;
      effort.peak_memory_mib = peak_memory_mib();
      answer.leaves_total = leaves.total();
      answer.leaves = leaves.leaves();
      Proof& proof = answer.proof;
      proof.attempts = static_cast<int>(attempt) + 1;
      proof.refused_leaves = retreats;
      proof.refused = inquiry.contradiction();
      if (!proof.refused.empty()) return inquiry.withdraw();
      if (!wanted) return;
      ProofSize size;
      try {
        size = inquiry.write_proof(path, subject);
      } catch (const std::logic_error& hole) {
        proof.refused = hole.what();
        return inquiry.withdraw();
      }
      proof.network_sha256 = subject.network_sha256;
      proof.file = options.proof;
      proof.bytes = size.bytes;
      proof.leaves = size.leaves;
      proof.pairs = size.pairs;
      if (!options.check) return;
      control.phase = "check";
      control.speak();
      const CheckerRun run = run_checker(checker, path, weights.paths);
      proof.check_seconds = run.seconds;
      proof.checked = run.accepted && run.statement == inquiry.statement(subject);
      if (proof.checked) return;
      if (run.interrupted) {  // what was not checked by then is not claimed, and it is nobody's fault
        inquiry.withdraw();
        answer.status = "stopped";
        answer.stop_reason = "interrupt";
        return;
      }
      proof.refused = run.accepted ? "the checker accepted another statement than the answer's" : run.reason;
      if (run.rejected && !last) break;
      const bool may_retreat = run.rejected && control.stop_reason() && retreats < most_retreats;
      if (!may_retreat || !inquiry.retreat(run.line)) return inquiry.withdraw();
    }
  }
}

void withdraw_outcome(Outcome& outcome) {
  outcome.leaves.clear();
  outcome.status = "open";
  outcome.stop_reason = "refused";
}

std::string stated_question(const Outcome& outcome, const ProofSubject& subject) {
  ProofSubject stated = subject;
  stated.question = outcome.question;
  stated.norm = outcome.norm;
  std::vector<Rational> center;
  for (const std::string& entry : outcome.center_exact) center.push_back(Rational::parse(entry).value());
  std::vector<std::pair<Rational, Rational>> domain;
  for (const auto& [lower, upper] : outcome.domain_exact) {
    domain.emplace_back(Rational::parse(lower).value(), Rational::parse(upper).value());
  }
  return question_lines(stated, center, domain);
}

std::string stated_point(const std::string& name, const std::vector<std::string>& exact) {
  std::string text = name;
  for (const std::string& entry : exact) text += ' ' + Rational::parse(entry).value().canonical();
  return text + '\n';
}

void report_status(Outcome& outcome, bool closed, const Control& control) {
  outcome.stop_reason.reset();
  if (closed) {
    outcome.status = "solved";
  } else if (auto reason = control.stop_reason()) {
    outcome.status = "stopped";
    outcome.stop_reason = std::move(reason);
  } else {
    outcome.status = "open";
    outcome.stop_reason = "unresolved";
  }
}

namespace {

CheckAnswer check_with(const std::vector<const Model*>& models, const std::string& proof) {
  const Weights weights(models, true);
  const CheckerRun run = run_checker(checker_program(), proof, weights.paths);
  return {run.accepted ? 0 : run.rejected ? 1 : 2, run.accepted ? "accepted\n" + run.statement : run.reason + '\n'};
}

}  // namespace

CheckAnswer check(const Model& model, const std::string& proof) { return check_with({&model}, proof); }

CheckAnswer check(const Model& a, const Model& b, const std::string& proof) { return check_with({&a, &b}, proof); }

}  // namespace foldproof
