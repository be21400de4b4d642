// Ways to corrupt a proof. Everything is drawn from one generator, so that a seed and an index repeat a mutant.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "proofs.h"

namespace foldproof::testing {

struct Mutant {
  std::size_t subject;  ///< the network it names
  Lines lines;
  std::string weights;  ///< empty: those of the subject
  std::string bytes;    ///< if not empty, the file is this instead of the lines

  std::string file() const { return bytes.empty() ? joined(lines) : bytes; }
};

class Mutator {
 public:
  Mutator(const Pool& pool, std::uint64_t seed) : pool_(pool), random_(seed) {}

  const Proof& any_proof() { return pool_.proofs[below(chance(4) ? pool_.proofs.size() : pool_.often)]; }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }

  /// Corrupts the mutant in some way and returns its name. Lines near `focus`, if there is one, are preferred.
  const char* mutate(Mutant& mutant, long focus = -1);
  /// The radii of the file grow, most of them, beyond what is true: what follows must not be accepted.
  bool inflate(Mutant& mutant);

 private:
  struct Kind {
    const char* name;
    unsigned weight, guided;          // how often, and how often near a focus
    bool (Mutator::*apply)(Mutant&);  // false: it does not apply to this mutant, or nothing was changed
  };
  static const std::vector<Kind> kinds;

  bool number(Mutant& mutant);
  bool ulp(Mutant& mutant);
  bool axis(Mutant& mutant);
  bool line(Mutant& mutant);
  bool words(Mutant& mutant);
  bool node(Mutant& mutant);
  bool prune(Mutant& mutant);
  bool graft(Mutant& mutant);
  bool divide(Mutant& mutant);
  bool section(Mutant& mutant);
  bool drop_section(Mutant& mutant);
  bool sign(Mutant& mutant);
  bool radius(Mutant& mutant);
  bool end(Mutant& mutant);
  bool end_ulp(Mutant& mutant);
  bool hash(Mutant& mutant);
  bool other_network(Mutant& mutant);
  bool centre(Mutant& mutant);
  bool domain(Mutant& mutant);
  bool ball(Mutant& mutant);
  bool inactive(Mutant& mutant);
  bool header(Mutant& mutant);
  bool cells(Mutant& mutant);
  bool multipliers(Mutant& mutant);
  bool matrix(Mutant& mutant);
  bool collision(Mutant& mutant);
  bool weights(Mutant& mutant);
  bool truncate(Mutant& mutant);
  bool bytes(Mutant& mutant);
  bool gzip(Mutant& mutant);

  bool chance(unsigned one_in) { return below(one_in) == 0; }
  /// Index of a line: near the focus, of a random part of the file, or any; `wanted` filters.
  long pick(const Lines& lines, const std::function<bool(std::size_t)>& wanted);
  std::string varied(const std::string& number, const Lines& lines);
  std::string one_ulp(const std::string& number);
  bool vary_in(std::string& line, const Lines& lines, bool by_ulp);

  const Pool& pool_;
  std::mt19937_64 random_;
  long focus_ = -1;
};

}  // namespace foldproof::testing
