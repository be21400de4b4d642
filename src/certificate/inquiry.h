// A question from its search to a checked answer: the part that is the same for all of them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certificate/proof_file.h"
#include "foldproof/foldproof.h"
#include "search/control.h"

namespace foldproof {

/// One question. settle() calls these; an implementation holds the problem, what the last search found, and the answer.
class Inquiry {
 public:
  virtual ~Inquiry() = default;

  /// The networks that a checker needs, in its order.
  virtual std::vector<const Model*> models() const = 0;
  /// A fresh keeper of the events of the next search, which keeps them in `folder`; it lives until the next one is
  /// made.
  virtual Observer& new_record(const std::filesystem::path& folder) = 0;
  /// Searches; every test must hold with this relative margin beyond what rounding asks for.
  /// @throws std::logic_error if what was found is not true of the network as it was asked (a bug).
  virtual void search(double margin, Control& control) = 0;
  /// Why what was found contradicts itself; empty if it does not.
  virtual std::string contradiction() const { return {}; }
  /// Fills in what is this question's own in the answer, the reasons for stopping included.
  virtual void report(const Control& control) = 0;
  virtual Outcome& answer() = 0;

  /// What the proof is about, with the hashes of the networks.
  virtual ProofSubject subject(const std::vector<std::string>& network_sha256) const = 0;
  virtual ProofSize write_proof(const std::string& path, const ProofSubject& subject) = 0;
  /// What a checker says when it accepts this very answer: question_lines() and what follows them, from the answer.
  virtual std::string statement(const ProofSubject& subject) const = 0;
  /// The checker refused that line of the proof: draws what was found in, so that the line is not needed, or returns
  /// false if nothing can be kept so.
  virtual bool retreat(std::uint64_t line) = 0;
  /// Nothing is claimed any more: the answer's bounds and witnesses go, the effort and the reason stay.
  virtual void withdraw() = 0;
};

/// Searches, proves, has the proof checked, and compares what the checker accepted with the answer. If it refuses, the
/// search begins again with wider margins; a run that was stopped retreats instead; else the answer is withdrawn.
void settle(Inquiry& inquiry, const Options& options);

/// The part of withdraw() that is the same for all.
void withdraw_outcome(Outcome& outcome);

/// What a checker says first: question_lines() of the answer as it is given.
std::string stated_question(const Outcome& outcome, const ProofSubject& subject);
/// A line of a point, from its texts.
std::string stated_point(const std::string& name, const std::vector<std::string>& exact);

/// Why the run ended: "solved" if `closed`, else "stopped" or "open" with the reason.
void report_status(Outcome& outcome, bool closed, const Control& control);

}  // namespace foldproof
