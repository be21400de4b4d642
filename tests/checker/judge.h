// Judges what the checker stated, by exact_truth.h.
#pragma once

#include <map>
#include <optional>

#include "exact_truth.h"

namespace foldproof::testing {

/// About one network, or two; remembers what it found out.
class Judge {
 public:
  explicit Judge(const std::string& weights, const std::string& second = "");

  /// The first claim of an accepted statement that is false, in words; empty if all of it is true. Balls of l2 are
  /// polytopes here, inner ones for what holds on the ball and outer ones for what does not.
  std::string false_claim(const std::string& statement);
  /// The same for the tree of an accepted j0 proof: which leaf is wrong?
  std::string false_leaf(const std::vector<std::string>& proof) const;

  const ExactTruth& truth() const { return truth_; }

 private:
  /// True up to one radius, false from another on.
  struct Threshold {
    Rational holds;
    std::optional<Rational> fails;
  };
  struct Place {
    std::string norm;
    ExactTruth::Point centre, scale;
    ExactTruth::Box domain;
  };
  using Claim = std::function<bool(const ExactTruth::Body&)>;

  ExactTruth::Body ball(const Place& place, const Rational& r, bool inner) const;
  bool holds(const std::string& key, const Place& place, const Rational& r, bool inner, const Claim& claim);
  std::string false_list(const std::vector<std::vector<std::string>>& lines, const Place& place) const;

  ExactTruth truth_;
  std::string hashes_;
  std::map<std::string, Threshold> known_;  // by claim, centre, domain, ...
};

}  // namespace foldproof::testing
