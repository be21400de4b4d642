#include "mip/ball.h"

#include <algorithm>

namespace foldproof {

std::vector<std::pair<double, double>> FloatBall::box(double r) const {
  std::vector<std::pair<double, double>> sides;
  for (std::size_t i = 0; i < size(); ++i) {
    double lower = centre[i] - r * scale[i];
    double upper = centre[i] + r * scale[i];
    if (!domain.empty()) {
      lower = std::max(lower, domain[i].first);
      upper = std::min(upper, domain[i].second);
    }
    sides.emplace_back(lower, upper);
  }
  return sides;
}

namespace {

FloatRow float_row(const AffineRow& row) {
  FloatRow result;
  for (const Term& term : row.terms) result.terms.emplace_back(term.variable, term.coefficient.nearest_double());
  result.constant = row.constant.nearest_double();
  return result;
}

}  // namespace

FloatNetwork::FloatNetwork(const Network& network) : inputs(network.inputs), number(network.number) {
  for (const AffineRow& row : network.neurons) neurons.push_back(float_row(row));
  for (const AffineRow& row : network.outputs) outputs.push_back(float_row(row));
}

}  // namespace foldproof
