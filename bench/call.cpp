// The calls that package.py makes from Python, made from C++: a question whose search takes next to no time, a real
// one, and reading a network. On one thread, without the checker, whose process would hide what a call costs.
#include <benchmark/benchmark.h>

#include "foldproof/foldproof.h"

namespace {

const std::string folder = FOLDPROOF_NETWORKS;

void ask(benchmark::State& state, const std::string& file, const std::vector<std::string>& at) {
  const foldproof::Model model = foldproof::Model::load(folder + "/" + file);
  foldproof::Options options;
  options.threads = 1;
  options.check = false;
  options.keep_leaves = 4000;
  for (auto _ : state) {
    const foldproof::Answer answer = foldproof::radius(model, at, options);
    benchmark::DoNotOptimize(foldproof::to_json(model, answer, false));
  }
}

void load(benchmark::State& state, const std::string& file) {
  for (auto _ : state) benchmark::DoNotOptimize(foldproof::Model::load(folder + "/" + file));
}

}  // namespace

BENCHMARK_CAPTURE(ask, toy1d, "paper/nets/toy1d.onnx", std::vector<std::string>{"-1"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ask, brus_A, "tests/data/nets/brus_A.onnx", std::vector<std::string>{"1", "2.1"})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, brus_A, "tests/data/nets/brus_A.onnx")->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
