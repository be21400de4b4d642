// Proofs by hand, from handmade.txt: for each rule of docs/certificate.md one that holds, and ones that break it.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "foldproof/foldproof.h"
#include "proof_text.h"

namespace foldproof::testing {

struct Handmade {
  std::string name, net, second;  ///< the second network, if there is one
  Lines text;                     ///< without the first lines
  std::size_t refused = 0;        ///< the line of the text that must be refused, from 1; 0: the proof holds

  Lines header() const;  ///< the first lines
  Lines lines() const;
  std::string weights() const;
  std::string second_weights() const;  ///< empty if there is none
};

std::vector<Handmade> handmade_proofs();

inline void PrintTo(const Handmade& proof, std::ostream* out) { *out << proof.name; }  // for GoogleTest

}  // namespace foldproof::testing
