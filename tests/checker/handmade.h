// Proofs by hand, from handmade.txt: for each rule of docs/certificate.md one that holds, and ones that break it.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "foldproof/foldproof.h"
#include "proof_text.h"

namespace foldproof::testing {

struct Handmade {
  std::string name, net;
  Lines text;               ///< all lines but the first four
  std::size_t refused = 0;  ///< the line that must be refused, from 1; 0: the proof holds

  Model model() const;
  Lines lines(const std::string& sha256) const;
};

std::vector<Handmade> handmade_proofs();

inline void PrintTo(const Handmade& proof, std::ostream* out) { *out << proof.name; }  // for GoogleTest

}  // namespace foldproof::testing
