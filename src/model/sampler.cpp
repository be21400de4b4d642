#include "model/sampler.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace foldproof {

namespace {

constexpr double kBudget = 2e9;  // multiplications a picture may cost: some tenths of a second

/// By elimination with pivoting; overwrites a.
double determinant_of(std::vector<double>& a, std::size_t n) {
  double det = 1.0;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      if (std::abs(a[i * n + k]) > std::abs(a[pivot * n + k])) pivot = i;
    }
    if (a[pivot * n + k] == 0.0) return 0.0;
    if (pivot != k) {
      det = -det;
      for (std::size_t j = 0; j < n; ++j) std::swap(a[k * n + j], a[pivot * n + j]);
    }
    det *= a[k * n + k];
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = a[i * n + k] / a[k * n + k];
      for (std::size_t j = k; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return det;
}

}  // namespace

Sampler::Sampler(const Network& network)
    : inputs_(static_cast<std::size_t>(network.inputs)),
      neurons_(network.neurons.size()),
      targets_(neurons_ + network.outputs.size()) {
  std::vector<std::vector<std::pair<std::size_t, double>>> by_source(inputs_ + neurons_);
  const auto add_target = [&](const AffineRow& row) {
    for (const Term& term : row.terms) {
      by_source[static_cast<std::size_t>(term.variable)].emplace_back(constants_.size(),
                                                                      term.coefficient.nearest_double());
    }
    constants_.push_back(row.constant.nearest_double());
  };
  for (const AffineRow& row : network.neurons) add_target(row);
  for (const AffineRow& row : network.outputs) add_target(row);
  for (std::size_t source = 0; source < by_source.size(); ++source) {
    first_run_.push_back(runs_.size());
    for (const auto& [target, weight] : by_source[source]) {
      const bool continues =
          runs_.size() > first_run_.back() && runs_.back().first_target + runs_.back().count == target;
      if (!continues) runs_.push_back({source, target, weights_.size(), 0});
      weights_.push_back(weight);
      ++runs_.back().count;
    }
  }
  first_run_.push_back(runs_.size());
}

void Sampler::propagate(const std::vector<double>& x, std::size_t components) const {
  sums_.assign(components * targets_, 0.0);
  std::copy(constants_.begin(), constants_.end(), sums_.begin());
  const auto spread = [&](std::size_t source, std::size_t component, double amount) {
    for (std::size_t r = first_run_[source]; r < first_run_[source + 1]; ++r) {
      const double* const weight = weights_.data() + runs_[r].weights;
      double* const sum = sums_.data() + component * targets_ + runs_[r].first_target;
      const std::size_t count = runs_[r].count;
      for (std::size_t k = 0; k < count; ++k) sum[k] += amount * weight[k];
    }
  };
  for (std::size_t i = 0; i < inputs_; ++i) {
    spread(i, 0, x[i]);
    if (components > 1) spread(i, i + 1, 1.0);
  }
  for (std::size_t j = 0; j < neurons_; ++j) {
    if (!(sums_[j] > 0.0)) continue;
    for (std::size_t c = 0; c < components; ++c) spread(inputs_ + j, c, sums_[c * targets_ + j]);
  }
}

std::vector<double> Sampler::value(const std::vector<double>& x) const {
  propagate(x, 1);
  return {sums_.begin() + static_cast<std::ptrdiff_t>(neurons_), sums_.end()};
}

std::vector<double> Sampler::jacobian(const std::vector<double>& x) const {
  propagate(x, inputs_ + 1);
  std::vector<double> result;
  for (std::size_t target = neurons_; target < targets_; ++target) {
    for (std::size_t i = 0; i < inputs_; ++i) result.push_back(sums_[(i + 1) * targets_ + target]);
  }
  return result;
}

double Sampler::determinant(const std::vector<double>& x) const {
  std::vector<double> a = jacobian(x);
  return determinant_of(a, inputs_);
}

int Sampler::values_within(double share) const {
  constexpr double kOverhead = 500, kMost = 1e6;
  return static_cast<int>(std::min(kMost, share * kBudget / (static_cast<double>(weights_.size()) + kOverhead)));
}

int Sampler::determinants_within(double share) const { return values_within(share / static_cast<double>(inputs_ + 1)); }

}  // namespace foldproof
