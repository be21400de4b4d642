// Any file is either read or refused with an InputError: no crash, no undefined behaviour, no absurd memory. A network
// that is read has a weights file, and the checker reads that.
//   cmake -B build-fuzz -DFOLDPROOF_FUZZ=ON -DFOLDPROOF_SANITIZE=ON -DCMAKE_CXX_COMPILER=clang++-14
//   cmake --build build-fuzz --target fuzz_onnx && build-fuzz/fuzz_onnx -timeout=20 NEW tests/fuzz/corpus
#include <cstdlib>

#include "foldproof/foldproof.h"
#include "scratch.h"
#include "weights.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  try {
    const foldproof::Model model = foldproof::Model::load(scratch.file("net.onnx", text_of(data, size)));
    if (model.inputs() >= 100) return 0;
    model.evaluate(std::vector<std::string>(static_cast<std::size_t>(model.inputs()), "1/3"));
    const foldproof_check::Weights weights = foldproof_check::read_weights(model.weights());
    if (weights.n != model.inputs() || weights.outputs.size() != static_cast<std::size_t>(model.outputs()) ||
        weights.neurons.size() < static_cast<std::size_t>(model.neurons())) {
      std::abort();
    }
  } catch (const foldproof::InputError& refusal) {
    if (std::string(refusal.what()).find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
