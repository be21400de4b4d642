// A question about the radius of a ball, from its search to its answer; Problem 3 is one with another search.
#pragma once

#include "certificate/inquiry.h"
#include "certificate/proof_writer.h"
#include "search/radius_search.h"

namespace foldproof {

/// Nothing is claimed any more.
void withdraw_answer(Answer& answer);

class RadiusInquiry : public Inquiry {
 public:
  /// `as_read` is the network of the problem before its hinges were merged.
  RadiusInquiry(const Model& model, const Network& as_read, Problem problem, const Options& options,
                const std::string& question);

  std::vector<const Model*> models() const override { return {&model_}; }
  Observer& new_record(const std::filesystem::path& folder) override { return writer_.emplace(folder); }
  void search(double margin, Control& control) override;
  std::string contradiction() const override;
  void report(const Control& control) override;
  Answer& answer() override { return answer_; }
  ProofSubject subject(const std::vector<std::string>& network_sha256) const override {
    return {network_sha256[0], answer_.question, inactive_, answer_.norm, problem_.scale};
  }
  ProofSize write_proof(const std::string& path, const ProofSubject& subject) override {
    return writer_->write(path, problem_, found_, subject);
  }
  std::string statement(const ProofSubject& subject) const override;
  bool retreat(std::uint64_t line) override;
  void withdraw() override { withdraw_answer(answer_); }

 protected:
  /// What the next search is about; it begins with the pair that the last one found.
  Problem next_problem(double margin);

  const Model& model_;
  Problem problem_;
  std::vector<int> inactive_;
  Network simpler_;
  RadiusResult found_;
  std::optional<Collision> known_;
  std::optional<ProofWriter> writer_;
  Answer answer_;
};

}  // namespace foldproof
