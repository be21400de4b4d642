// Any weights file is read or unusable, for a reason of one line; about a network that is read, proofs of nothing
// are accepted and others get a verdict. No crash, no undefined behaviour, no hang.
//   cmake -B build-fuzz -DFOLDPROOF_FUZZ=ON -DFOLDPROOF_SANITIZE=ON -DCMAKE_CXX_COMPILER=clang++-14
//   cmake --build build-fuzz --target fuzz_weights && build-fuzz/fuzz_weights -timeout=20 NEW tests/fuzz/corpus_weights
#include <optional>
#include <stdexcept>

#include "scratch.h"
#include "verdict.h"
#include "weights.h"

namespace {

std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  const std::string_view text = text_of(data, size);
  std::optional<foldproof_check::Weights> network;
  try {
    network = foldproof_check::read_weights(text);
  } catch (const std::runtime_error&) {  // said again by check(), and looked at there
  }
  const int n = network ? network->n : 1;
  const std::string weights = scratch.file("weights", text);
  const std::string hash = network ? foldproof_check::network_hash(std::string(text)) : "-";
  const std::string header = "foldproof-proof 3\nnetwork " + hash + "\n";
  const auto verdict = [&](const std::string& rest) { return checked(scratch.file("proof", header + rest), weights); };
  const std::string radius = "question radius\nnorm linf\ncenter" + repeated(" 1/3", n) + "\nball 1\ninactive\n";
  const foldproof_check::Verdict nothing = verdict(radius + "end lower 0 local 0 upper none\n");
  demand(network ? nothing.code == 0 : nothing.code == 2, "a proof of nothing", nothing);
  if (!network || n > 6) return 0;
  const std::string end = "end lower 1b-1 local 1b-1 upper none\n";
  verdict(radius + "cover sign 1b-1 +\nl\n" + end);
  verdict(radius + "cover sign 1b-1 -\ns 0 1b-2\nl\nc .\n" + end);
  verdict(radius + "cover monotone 1\nmatrix" + repeated(" 1", n * static_cast<int>(network->outputs.size())) +
          "\nl\n" + end);
  std::string pairs;
  for (int a = 0; a < 2 * n; ++a) {
    for (int b = a; b < 2 * n; ++b) pairs += a == b ? "i\n" : (a + b) % 2 == 0 ? "m\n" : "t\n";
  }
  verdict(radius + "boundary 1b-1\npatches\n" + repeated(".\n", 2 * n) + "pairs\n" + pairs + end);
  verdict(radius + "collision\nx" + repeated(" 0", n) + "\ny" + repeated(" 1", n) + "\n" + end);
  verdict("question injective\nnorm linf\ndomain" + repeated(" -1b1:3b-1", n) +
          "\nball 2\ninactive 0\ncover sign 2 -\n" + "c s0 . s1 x0:1 .\nend open\n");
  return 0;
}
