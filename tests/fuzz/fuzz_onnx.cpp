// Any file is either read or refused with an InputError: no crash, no undefined behaviour, no absurd memory.
//   cmake -B build-fuzz -DFOLDPROOF_FUZZ=ON -DFOLDPROOF_SANITIZE=ON -DCMAKE_CXX_COMPILER=clang++-14
//   cmake --build build-fuzz --target fuzz_onnx && build-fuzz/fuzz_onnx tests/fuzz/corpus
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "foldproof/foldproof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("fuzz_onnx." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string file = folder / "net.onnx";
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    const foldproof::Model model = foldproof::Model::load(file);
    if (model.inputs() < 100) {
      model.evaluate(std::vector<std::string>(static_cast<std::size_t>(model.inputs()), "1/3"));
    }
  } catch (const foldproof::InputError& refusal) {
    if (std::string(refusal.what()).find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
