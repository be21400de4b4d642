// What is true of a small network, decided exactly and by brute force, so that nothing rests on the checker or on the
// search: all linear pieces of a box are cut out as polytopes (vertices with the constraints tight at them), and two
// pieces P, Q collide iff { (x, y) in P x Q : f(x) = f(y) } has a vertex with x != y. Only Rational is borrowed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "number/rational.h"

namespace foldproof::testing {

/// A number as docs/certificate.md writes it. @throws std::invalid_argument
Rational proof_number(const std::string& text);

class ExactTruth {
 public:
  using Box = std::vector<std::pair<Rational, Rational>>;

  /// @throws std::exception if the text is not a weights file
  explicit ExactTruth(const std::string& weights);

  std::size_t inputs() const { return n_; }
  std::size_t outputs() const { return outputs_.size(); }
  /// No two points of the closed box have the same image. @pre lower < upper in every input
  bool injective(const Box& box) const;
  /// All full-dimensional pieces of the box have determinants of one sign, and none is zero. @pre square
  bool one_sign(const Box& box) const;

  using Affine = std::vector<Rational>;  // coefficients of the inputs, then the constant
 private:
  struct Row {
    Rational constant;
    std::vector<std::pair<std::size_t, Rational>> terms;
  };
  struct Cell;
  class Cutter;

  std::size_t n_ = 0;
  std::vector<Row> neurons_, outputs_;
};

/// Judges what a checker stated about one network; remembers what it found out.
class Judge {
 public:
  Judge(const std::string& weights, std::string sha256) : truth_(weights), sha256_(std::move(sha256)) {}

  /// The first claim of an accepted statement that is false, in words; empty if all of it is true.
  std::string false_claim(const std::string& statement);
  const ExactTruth& truth() const { return truth_; }

 private:
  /// True up to one radius, false from another on.
  struct Threshold {
    Rational holds;
    std::optional<Rational> fails;
  };
  struct Known {
    Threshold injective, one_sign;
  };

  ExactTruth truth_;
  std::string sha256_;
  std::map<std::string, Known> known_;  // by centre and domain
};

}  // namespace foldproof::testing
