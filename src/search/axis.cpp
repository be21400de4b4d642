#include "search/axis.h"

#include <algorithm>
#include <cmath>

namespace foldproof {

int axis_of_influence(const Bounder& bounder, const SlopeMatrices& slopes, const std::vector<double>& influence,
                      const Box& box, std::vector<double>& score) {
  const std::size_t n = box.lower.size();
  score.assign(n, 1e-3);
  for (std::size_t q = 0; q < slopes.neuron.size(); ++q) {
    const int p = slopes.neuron[q];
    const double* const gradient = bounder.neuron_gradient(p);
    const double spread = bounder.upper(p) - bounder.lower(p);
    if (!(spread > 0.0)) continue;
    for (std::size_t i = 0; i < n; ++i) {
      score[i] += influence[q] * std::abs(gradient[i]) * box.width(static_cast<int>(i)) / spread;
    }
  }
  double widest = 0.0;
  for (std::size_t i = 0; i < n; ++i) widest = std::max(widest, box.width(static_cast<int>(i)));
  for (std::size_t i = 0; i < n; ++i) score[i] *= std::pow(box.width(static_cast<int>(i)) / widest, 0.2);
  return static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
}

}  // namespace foldproof
