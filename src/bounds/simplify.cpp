// Why it matters: two hinges may differ only by a neuron that is dead on the box. Without it they are proportional, and
// one slope serves both, as it must for the cube tests to be complete (MATHEMATICS 1.4).
#include "bounds/simplify.h"

#include <algorithm>

namespace foldproof {

std::vector<int> inactive_on(const Network& network, const RegionNetwork& region, const Box& box) {
  Bounder bounder;
  bounder.enclose(region, box);
  std::vector<int> result;
  for (std::size_t j = 0; j < network.neurons.size(); ++j) {
    if (bounder.phase()[j] == Phase::inactive) result.push_back(network.number[j]);
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace foldproof
