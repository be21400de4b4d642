// No corrupted proof is accepted unless what it states is still true.
//
// Proofs of small networks are corrupted with a fixed seed and given to the checker. What it accepts is judged by exact
// brute force (exact_truth.h): a statement that is false fails the test and is printed with the seed, the index and the
// lines that differ. Half of the mutants are guided: a proof whose radii were enlarged, so that it claims something
// false, is corrupted again and again near the line that was refused, and what gets further is kept.
// FOLDPROOF_MUTATIONS (default 10000) and FOLDPROOF_SEED set the number and the seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <map>

#include "check.h"
#include "model/weights_file.h"
#include "mutations.h"

namespace foldproof::testing {
namespace {

using foldproof_check::Verdict;

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

struct Count {
  std::uint64_t mutants = 0, accepted = 0, restated = 0;
};

class Mutations : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { pool_ = new Pool(make_pool()); }
  static void TearDownTestSuite() {
    delete pool_;
    pool_ = nullptr;
  }

  // Checks one mutant; false if a false statement was accepted.
  bool judged(const Mutant& mutant, const Proof& from, Count& count, Verdict& verdict, std::string& why) {
    const Subject& subject = pool_->subjects[mutant.subject];
    const std::string file = mutant.file();
    const std::string& weights = mutant.weights.empty() ? subject.weights : mutant.weights;
    verdict = foldproof_check::check(proof_file_.holding(file), weights_file_.holding(weights),
                                     subject.second.empty() ? "" : second_file_.holding(subject.second));
    ++count.mutants;
    if (verdict.code != 0) {
      if (verdict.code != 1 && verdict.code != 2) why = "code " + std::to_string(verdict.code);
      if (verdict.reason.empty() || verdict.reason.find('\n') != std::string::npos) why = "not one sentence";
      if (!verdict.statement.empty()) why = "a statement although it was not accepted";
      return why.empty();
    }
    ++count.accepted;
    try {
      Judge other(weights, subject.second);
      Judge& judge = mutant.weights.empty() ? *subject.judge : other;
      why = judge.false_claim(verdict.statement);
      if (why.empty() && file[0] == 'f' && verdict.statement.find("question j0\n") != std::string::npos)
        why = judge.false_leaf(lines_of(file));
    } catch (const std::exception& error) {
      why = std::string("the statement cannot be judged: ") + error.what();
    }
    if (verdict.statement != stated(from.lines)) ++count.restated;
    const bool packed = file[0] != 'f';
    if (why.empty() && !packed && verdict.statement != stated(lines_of(file))) why = "it is not what the file says";
    return why.empty();
  }

  // The lines of a proof that say what it proves.
  static std::string stated(const Lines& lines) {
    static const std::string words[] = {"network", "second", "question", "norm", "scale", "center", "domain",
                                        "value",   "point",  "flat",     "x",    "y",     "end"};
    std::string text;
    for (const std::string& line : lines) {
      if (line.size() == 1) continue;  // nodes of pair trees
      if (std::count(std::begin(words), std::end(words), line.substr(0, line.find(' '))) > 0) text += line + '\n';
    }
    return text;
  }

  static Pool* pool_;
  MemoryFile proof_file_, weights_file_, second_file_;
};

Pool* Mutations::pool_ = nullptr;

// Brute force has its own reference: the radii r* of tests/zoo.json and tests/data, just below, at and just above them.
TEST_F(Mutations, BruteForceKnowsTheExactRadii) {
  struct Known {
    const char *name, *centre, *radius;
    bool injective_there;
  };
  const Known all[] = {{"branch2_corner", "1 1", "1", true},    {"branch4_b", "1b1 1", "3/2", false},
                       {"hat_fold_off", "-1 -1", "1", true},    {"shift_fold", "0 0", "1/2", true},
                       {"spiral", "0 0", "3/2", false},         {"horseshoe", "0 0", "134/61", false},
                       {"space_spiral", "0 0 0", "4/3", false}, {"space_branch4", "1b1 -1 0", "38/35", false}};
  for (const Known& known : all) {
    const std::string centre = std::string("center ") + known.centre;
    const auto proof = std::find_if(pool_->proofs.begin(), pool_->proofs.end(),
                                    [&](const Proof& p) { return p.name == known.name && p.lines[4] == centre; });
    ASSERT_NE(proof, pool_->proofs.end()) << known.name;
    const auto claim = [&](const std::string& lower, const std::string& upper) {
      return pool_->subjects[proof->subject].judge->false_claim(proof->lines[1] + "\nquestion radius\nnorm linf\n" +
                                                                centre + "\nend lower " + lower + " local 0 upper " +
                                                                upper);
    };
    const Rational r = proof_number(known.radius);
    const std::string below = (r * proof_number("1023/1024")).canonical(), at = r.canonical();
    const std::string above = (r * proof_number("1025/1024")).canonical();
    EXPECT_EQ(claim(below, above), "") << known.name;
    EXPECT_EQ(claim(at, "none") == "", known.injective_there) << known.name;
    EXPECT_EQ(claim("0", at) == "", !known.injective_there) << known.name;
    EXPECT_NE(claim(above, "none"), "") << known.name;
    EXPECT_NE(claim("0", below), "") << known.name;
  }
}

TEST_F(Mutations, TheProofsHoldEverySectionAndNode) {
  std::map<std::string, int> seen;
  for (const Proof& proof : pool_->proofs) {
    for (const std::string& line : proof.lines) {
      const std::vector<std::string> words = words_of(line);
      const bool more = words[0] == "cover" || (words[0] == "inactive" && words.size() > 1);
      ++seen[words[0] == "inactive" && more ? "inactive j" : more ? "cover " + words[1] : words[0]];
    }
  }
  for (const char* word : {"cover sign",
                           "cover monotone",
                           "cover points",
                           "cover locus",
                           "boundary",
                           "pairs",
                           "collision",
                           "domain",
                           "scale",
                           "second",
                           "value",
                           "point",
                           "flat",
                           "inactive j",
                           "s",
                           "l",
                           "c",
                           ".",
                           "i",
                           "d",
                           "m",
                           "f",
                           "t",
                           "x",
                           "y",
                           "o",
                           "e",
                           "v",
                           "k",
                           "?",
                           "+",
                           "-",
                           "b"}) {
    EXPECT_GT(seen[word], 4) << word;
  }
}

TEST_F(Mutations, NoFalseStatementIsAccepted) {
  const std::uint64_t wanted = environment("FOLDPROOF_MUTATIONS", 10000), seed = environment("FOLDPROOF_SEED", 1);
  constexpr int chain = 24, most_failures = 10;
  std::map<std::string, Count> counts;
  Count total;
  int failures = 0;
  for (std::uint64_t index = 0; total.mutants < wanted && failures < most_failures; ++index) {
    Mutator mutator(*pool_, seed * 0x9e3779b97f4a7c15U + index);
    const Proof& proof = mutator.any_proof();
    Mutant mutant{proof.subject, proof.lines, {}, {}};
    std::string names;
    Verdict verdict;
    const auto check = [&](const Mutant& candidate, const std::string& kind) {
      std::string why;
      Count one;
      const bool fine = judged(candidate, proof, one, verdict, why);
      for (Count* const count : {&counts[kind], &total}) {
        count->mutants += one.mutants;
        count->accepted += one.accepted;
        count->restated += one.restated;
      }
      if (fine) return;
      ++failures;
      ADD_FAILURE() << "false: " << why << "\nFOLDPROOF_SEED=" << seed << ", index " << index << ", " << proof.name
                    << ": " << names << "\nstatement:\n"
                    << verdict.statement << verdict.reason << '\n'
                    << (candidate.weights.empty() ? "" : "weights:\n" + candidate.weights)
                    << difference(proof.lines, lines_of(candidate.file()));
    };
    if (index % 18 != 0) {
      const std::size_t depth = mutator.below(3) != 0 ? 1 : 2 + mutator.below(3);
      for (std::size_t i = 0; i < depth && mutant.bytes.empty(); ++i) {
        names += std::string(i == 0 ? "" : " + ") + mutator.mutate(mutant);
      }
      check(mutant, depth == 1 ? names : "several of them");
      continue;
    }
    long reached = -1;  // the line that was refused
    if (mutator.inflate(mutant)) names = "inflated";
    for (int step = 0; step < chain; ++step) {
      Mutant candidate = mutant;
      const std::string before = names;
      if (step > 0) names += std::string(" + ") + mutator.mutate(candidate, reached);
      check(candidate, "guided");
      if (verdict.code == 0) break;
      const long line = verdict.reason.rfind("line ", 0) == 0 ? std::atol(verdict.reason.c_str() + 5) - 1 : -1;
      if (line >= reached && line >= 0 && candidate.bytes.empty()) {
        mutant = candidate;
        reached = line;
      } else {
        names = before;
      }
    }
  }
  std::cout << std::left << std::setw(34) << "kind" << std::right << std::setw(10) << "mutants" << std::setw(10)
            << "accepted" << std::setw(26) << "of them, stating anew" << '\n';
  counts["total, from " + std::to_string(pool_->proofs.size()) + " proofs"] = total;
  for (const auto& [kind, count] : counts) {
    std::cout << std::left << std::setw(34) << kind << std::right << std::setw(10) << count.mutants << std::setw(10)
              << count.accepted << std::setw(26) << count.restated << '\n';
  }
  RecordProperty("mutants", std::to_string(total.mutants));
  RecordProperty("accepted", std::to_string(total.accepted));
  EXPECT_GE(total.mutants, wanted);
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace foldproof::testing
