// Any proof file is accepted, rejected or unusable, for a reason of one line: no crash, no undefined behaviour, no
// hang. What is accepted is text, and true of the two simplest networks. The first byte says what the rest is: a digit,
// a proof without its two first lines, about that one of the networks below; a letter from A to F, one without its
// three first lines about two of them; anything else, a whole proof file about network 0, plain or compressed.
//   cmake -B build-fuzz -DFOLDPROOF_FUZZ=ON -DFOLDPROOF_SANITIZE=ON -DCMAKE_CXX_COMPILER=clang++-14
//   cmake --build build-fuzz --target fuzz_proof && build-fuzz/fuzz_proof -timeout=20 NEW tests/fuzz/corpus_proof
#include <algorithm>
#include <iterator>

#include "networks.h"
#include "scratch.h"
#include "truth.h"
#include "verdict.h"
#include "weights.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  std::string_view text = text_of(data, size);
  if (text.empty()) return 0;
  static constexpr std::size_t two[][2] = {{0, 1}, {1, 0}, {2, 3}, {3, 2}, {2, 2}, {4, 7}};
  const std::size_t letter = static_cast<std::size_t>(text.front()) - 'A';
  const bool both = letter < std::size(two);
  const std::size_t choice = both ? two[letter][0] : static_cast<std::size_t>(text.front()) - '0';
  text.remove_prefix(1);
  const bool whole = choice >= std::size(networks);
  const char* const network = networks[whole ? 0 : choice];
  const char* const second = networks[both ? two[letter][1] : 0];
  std::string proof;
  if (!whole) proof = "foldproof-proof 3\nnetwork " + foldproof_check::network_hash(network) + "\n";
  if (both) proof += "second " + foldproof_check::network_hash(second) + "\n";
  proof += text;
  const foldproof_check::Verdict verdict = checked(scratch.file("proof", proof), scratch.file("weights", network),
                                                   both ? scratch.file("second", second) : "");
  if (verdict.code != 0) return 0;
  const std::size_t about = whole ? 0 : choice;
  demand(about > 1 || is_true(about, verdict.statement), "not true", verdict);
  std::replace(proof.begin(), proof.end(), '\n', ' ');
  demand(whole || is_printable(proof), "accepted with a line that is not well formed", verdict);
  return 0;
}
