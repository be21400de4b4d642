#include "bounds/region_network.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "number/rounding.h"
#include "number/scalar.h"

namespace foldproof {

namespace {

// Stands for a coefficient that is stored as zero although it may not be one; far below every weight_error.
constexpr double not_quite_zero = std::numeric_limits<double>::min();

// Errors of networks restricted again and again multiply: beyond this, start from the whole network.
constexpr double tolerable_weight_error = 1e-12;

// How far an exact number may lie from its nearest double; beyond the doubles nothing is known.
double conversion_error(double nearest) {
  if (std::abs(nearest) >= std::numeric_limits<double>::max()) return std::numeric_limits<double>::infinity();
  return unit_roundoff * std::abs(nearest) + underflow;
}

}  // namespace

SlopeRange slope_range(Phase phase) {
  switch (phase) {
    case Phase::active:
      return {1.0, 1.0};
    case Phase::inactive:
      return {0.0, 0.0};
    case Phase::unstable:
      break;
  }
  return {0.0, 1.0};
}

// phi(a, b) = (relu(a) - relu(b)) / (a - b) is nondecreasing in both arguments (relu is convex).
SlopeRange slope_range(double l1, double u1, double l2, double u2) {
  if (l1 >= 0.0 && l2 >= 0.0) return {1.0, 1.0};
  if (u1 <= 0.0 && u2 <= 0.0) return {0.0, 0.0};
  SlopeRange range;
  const double l = std::max(l1, l2);
  if (l > 0.0) range.lower = std::max(0.0, round_down(l / round_up(l - std::min(l1, l2))));
  const double u = std::min(u1, u2);
  if (u < 0.0) range.upper = std::min(1.0, round_up(1.0 / round_down(1.0 - round_up(u / std::max(u1, u2)))));
  if (!(range.lower <= range.upper)) return {0.0, 1.0};
  return range;
}

RegionNetwork::RegionNetwork(const Network& network, const std::vector<Rational>& centre)
    : n_(network.inputs),
      k_(network.neuron_count()),
      m_(network.output_count()),
      deep_(network.layer_count() > 2),
      layer_(network.layer) {
  const std::size_t rows = at(k_ + m_);
  b_.resize(rows);
  bias_error_.resize(rows);
  weight_error_.resize(rows);
  g_.assign(rows * at(n_), 0.0);
  w_.assign(rows * at(k_), 0.0);
  begin_.assign(rows, 0);
  end_.assign(rows, 0);
  for (int p = 0; p < k_; ++p) original_.push_back(p);
  exponent_.assign(rows, 0);
  for (std::size_t k = 0; k < rows; ++k) {
    const AffineRow& row = k < at(k_) ? network.neurons[k] : network.outputs[k - at(k_)];
    const auto source_exponent = [&](const Term& term) {
      return term.variable < n_ ? 0L : exponent_[at(term.variable - n_)];
    };
    long largest = std::numeric_limits<long>::min();
    for (const Term& term : row.terms) largest = std::max(largest, term.coefficient.exponent() - source_exponent(term));
    if (!row.terms.empty()) exponent_[k] = -largest;
    Rational bias = row.constant.times_power_of_two(exponent_[k]);
    int first = k_;
    int last = 0;
    for (const Term& original_term : row.terms) {
      const Term term{original_term.variable,
                      original_term.coefficient.times_power_of_two(exponent_[k] - source_exponent(original_term))};
      double weight = term.coefficient.nearest_double();
      if (weight == 0.0) weight = not_quite_zero;  // stored zeros are true zeros
      if (!term.coefficient.is_double()) {
        weight_error_[k] = std::max(weight_error_[k], conversion_error(weight));
      }
      if (term.variable < n_) {
        g_[k * at(n_) + at(term.variable)] = weight;
        bias.add_product(term.coefficient, centre[at(term.variable)]);
      } else {
        const int p = term.variable - n_;
        w_[k * at(k_) + at(p)] = weight;
        first = std::min(first, p);
        last = std::max(last, p + 1);
      }
    }
    b_[k] = bias.nearest_double();
    if (!bias.is_double()) bias_error_[k] = conversion_error(b_[k]);
    if (first < last) {
      begin_[k] = first;
      end_[k] = last;
    }
  }
}

double RegionNetwork::weight_error() const { return *std::max_element(weight_error_.begin(), weight_error_.end()); }

void RegionNetwork::piece_at(const std::vector<double>& u, FloatPiece& piece) const {
  const std::size_t n = at(n_);
  const std::size_t rows = at(k_ + m_);
  piece.value.resize(rows);
  piece.gradient.resize(rows * n);
  piece.active.resize(at(k_));
  piece.output_size = 0.0;
  for (std::size_t k = 0; k < rows; ++k) {
    double value = b_[k];
    double* const gradient = piece.gradient.data() + k * n;
    for (std::size_t i = 0; i < n; ++i) {
      gradient[i] = g_[k * n + i];
      value += gradient[i] * u[i];
    }
    const double* const w = w_.data() + k * at(k_);
    for (int p = begin_[k]; p < end_[k]; ++p) {
      if (piece.active[at(p)] == 0) continue;
      value += w[p] * piece.value[at(p)];
      const double* const source = piece.gradient.data() + at(p) * n;
      for (std::size_t i = 0; i < n; ++i) gradient[i] += w[p] * source[i];
    }
    piece.value[k] = value;
    if (k < at(k_)) {
      piece.active[k] = value > 0.0 ? 1 : 0;
      continue;
    }
    for (std::size_t i = 0; i < n; ++i) {
      double size = std::abs(g_[k * n + i]);
      for (int p = begin_[k]; p < end_[k]; ++p) {
        if (piece.active[at(p)] != 0) size += std::abs(w[p] * piece.gradient[at(p) * n + i]);
      }
      piece.output_size = std::max(piece.output_size, size);
    }
  }
}

// Induction over rows: relu has slopes in [0, 1], so an error of z_p is one of relu(z_p), and no larger.
void RegionNetwork::values_near(const double* u, double distance, double* value, double* error) const {
  const std::size_t n = at(n_);
  double reach = 0.0;
  for (std::size_t i = 0; i < n; ++i) reach += std::abs(u[i]) + distance;
  for (std::size_t k = 0; k < at(k_); ++k) {
    double sum = b_[k];
    double magnitude = std::abs(sum);
    double from_inputs = 0.0, from_neurons = 0.0, source_size = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double product = g_[k * n + i] * u[i];
      sum += product;
      magnitude += std::abs(product);
      from_inputs += std::abs(g_[k * n + i]);
    }
    const double* const w = w_.data() + k * at(k_);
    for (int p = begin_[k]; p < end_[k]; ++p) {
      const double weight = w[p];
      if (weight == 0.0) continue;
      const double source = std::max(0.0, value[p]);
      sum += weight * source;
      magnitude += std::abs(weight) * source;
      from_neurons += std::abs(weight) * error[p];
      source_size += source + error[p];
    }
    const double terms = static_cast<double>(n_ + end_[k] - begin_[k] + 8);
    value[k] = sum;
    error[k] = (gamma(2.0 * terms) * magnitude + from_inputs * distance + from_neurons + bias_error_[k] +
                weight_error_[k] * (reach + source_size)) *
                   slack +
               underflow;
  }
}

// Claim: for u in the box and its ball, z_k(u) lies in value + gradient . (u - mid) + symbols . e +- remainder,
// |e| <= 1. Proof sketch: induction over rows. relu(z) - s z lies in [0, beta], beta = max(-s l, (1 - s) u), for every
// s in [0, 1] and z in [l, u] (convexity), so relu(z_p) is an affine form again. `size` bounds the magnitude of
// everything that is multiplied by |W_kp|, so gamma(2N) * (|b| + |g| reach + |W| size) covers the rounding of
// the new form; stored coefficients that are off by weight_error cost at most weight_error * (sum of sizes).
// The ball makes bounds tighter, also those of decided neurons, which pairs of boxes look at: by the part
// gradient . (u - mid) of their forms (box.h).
void Bounder::enclose(const RegionNetwork& net, const Box& box) {
  n_ = net.n_;
  k_ = net.k_;
  unstable_ = 0;
  const std::size_t n = at(n_);
  const std::size_t rows = at(k_ + net.m_);
  middle_.resize(n);
  radius_.resize(n);
  value_.resize(rows);
  gradient_.resize(rows * n);
  remainder_.resize(rows);
  lower_.resize(at(k_));
  upper_.resize(at(k_));
  phase_.resize(at(k_));
  post_value_.resize(at(k_));
  post_slope_.resize(at(k_));
  post_radius_.resize(at(k_));
  post_size_.resize(at(k_));
  post_half_.resize(at(k_));
  double reach_sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    middle_[i] = 0.5 * box.lower[i] + 0.5 * box.upper[i];
    radius_[i] = std::max(round_up(box.upper[i] - middle_[i]), round_up(middle_[i] - box.lower[i]));
    reach_sum += std::max(std::abs(box.lower[i]), std::abs(box.upper[i]));
  }
  const bool in_ball = box.sticks_out();
  const bool symbols = net.deep_;
  if (symbols) symbol_.assign(rows * at(k_), 0.0);
  symbol_of_.assign(at(k_), -1);
  int& symbol_count = symbol_count_;
  symbol_count = 0;
  plain_remainder_.resize(at(net.m_));
  for (std::size_t k = 0; k < rows; ++k) {
    double value = net.b_[k];
    double magnitude = std::abs(value);
    double remainder = 0.0;
    double source_size = 0.0;  // of what the row's coefficients multiply
    double* const gradient = gradient_.data() + k * n;
    const double* const g = net.g_.data() + k * n;
    for (std::size_t i = 0; i < n; ++i) {
      value += g[i] * middle_[i];
      magnitude += std::abs(g[i]) * (std::abs(middle_[i]) + radius_[i]);
      gradient[i] = g[i];
    }
    const double* const w = net.w_.data() + k * at(k_);
    double* const symbol = symbols ? symbol_.data() + k * at(k_) : nullptr;
    for (int p = net.begin_[k]; p < net.end_[k]; ++p) {
      const double weight = w[p];
      if (weight == 0.0 || phase_[at(p)] == Phase::inactive) continue;
      const double size = std::abs(weight);
      value += weight * post_value_[at(p)];
      magnitude += size * post_size_[at(p)];
      source_size += post_size_[at(p)];
      remainder += size * post_radius_[at(p)];
      const double factor = weight * post_slope_[at(p)];
      const double* const source = gradient_.data() + at(p) * n;
      for (std::size_t i = 0; i < n; ++i) gradient[i] += factor * source[i];
      if (symbols) {
        const double* const source_symbol = symbol_.data() + at(p) * at(k_);
        for (int q = 0; q < symbol_count; ++q) symbol[q] += factor * source_symbol[q];
        if (const int own = symbol_of_[at(p)]; own >= 0) {
          symbol[own] += weight * post_half_[at(p)];
        }
      }
    }
    const double terms = static_cast<double>(n_ + net.end_[k] - net.begin_[k] + 8);
    remainder += gamma(2.0 * terms) * magnitude + net.weight_error_[k] * (reach_sum + source_size) + net.bias_error_[k];
    remainder = remainder * slack + underflow * (1.0 + reach_sum);
    double symbol_sum = 0.0;
    if (symbols) {
      for (int q = 0; q < symbol_count; ++q) symbol_sum += std::abs(symbol[q]);
    }
    value_[k] = value;
    remainder_[k] = (remainder + symbol_sum) * slack;  // what is handed out has no symbols
    double spread = remainder_[k];
    for (std::size_t i = 0; i < n; ++i) spread += std::abs(gradient[i]) * radius_[i];
    spread *= slack;
    if (k >= at(k_)) {
      plain_remainder_[k - at(k_)] = remainder;
      continue;
    }

    double l = round_down(value - spread);
    double u = round_up(value + spread);
    if (in_ball) narrow_by_ball(box.ball, k, l, u);
    lower_[k] = l;
    upper_[k] = u;
    if (u <= 0.0) {
      phase_[k] = Phase::inactive;
      continue;
    }
    if (l >= 0.0) {
      phase_[k] = Phase::active;
      post_value_[k] = value;
      post_slope_[k] = 1.0;
      post_radius_[k] = remainder;
      post_size_[k] = std::abs(value) + spread;
    } else {
      phase_[k] = Phase::unstable;
      ++unstable_;
      const double s = std::min(1.0, std::max(0.0, u / (u - l)));
      const double beta = std::max(-s * l, (1.0 - s) * u) * slack + underflow;
      post_value_[k] = s * value + 0.5 * beta;
      post_slope_[k] = s;
      post_size_[k] = s * (std::abs(value) + spread) + beta;
      post_radius_[k] = s * remainder + gamma(4) * post_size_[k] + underflow;
      if (symbols) {
        symbol_of_[k] = symbol_count++;
        post_half_[k] = 0.5 * beta;
      } else {
        post_radius_[k] += 0.5 * beta;
      }
    }
  }
}

void Bounder::narrow_by_ball(const Ball& ball, std::size_t k, double& l, double& u) {
  scaled_.resize(at(n_));
  for (std::size_t i = 0; i < at(n_); ++i) scaled_[i] = gradient_[k * at(n_) + i] * radius_[i];
  const auto end = [&](double sign) {
    const double most = most_in_ball(ball, {n_, middle_.data(), radius_.data()}, scaled_.data(), sign);
    const double size = std::abs(value_[k]) + std::abs(most) + remainder_[k];
    return round_up(sign * value_[k] + most + remainder_[k] + gamma(8) * size);
  };
  if (const double most = end(1.0); most < u) u = most;
  if (const double least = -end(-1.0); least > l) l = least;
}

void Bounder::strict_phase(std::vector<Phase>& phase) const {
  phase = phase_;
  for (std::size_t p = 0; p < phase.size(); ++p) {
    if (!(lower_[p] > 0.0) && !(upper_[p] < 0.0)) phase[p] = Phase::unstable;
  }
}

// Claim: every entry of row k of the result differs from the exact slope matrix entry by at most the row's error.
// Proof sketch: a slope in [a, b] is c_p + h_p t, |t| <= 1/2, c_p = (a + b) / 2, h_p = b - a, so rows are
// R_k = g_k + sum_p W_kp (c_p R_p + h_p e_p), e_p the symbol of p. With T_p >= 1 the largest entry of R_p and E_p
// its error, the error of R_k is at most weight_error (1 + sum (T_p + E_p)) + sum |W_kp| (E_p + gamma T_p)
// + gamma max |g_k|, since c_p and h_p are at most 1. Their own rounding is covered by widening h_p.
void Bounder::slopes(const RegionNetwork& net, SlopeMatrices& result) {
  range_.resize(at(net.k_));
  for (std::size_t p = 0; p < range_.size(); ++p) range_[p] = slope_range(phase_[p]);
  slopes(net, range_, result);
}

void Bounder::slopes(const RegionNetwork& net, const std::vector<SlopeRange>& range, SlopeMatrices& result) {
  const std::size_t n = at(net.n_);
  const std::size_t rows = at(net.k_ + net.m_);
  symbol_of_.assign(at(net.k_), -1);
  result.neuron.clear();
  for (int p = 0; p < net.k_; ++p) {
    if (!(range[at(p)].lower < range[at(p)].upper)) continue;
    symbol_of_[at(p)] = static_cast<int>(result.neuron.size());
    result.neuron.push_back(p);
  }
  const auto decided_zero = [&](std::size_t p) { return range[p].upper == 0.0; };
  const std::size_t count = result.neuron.size();
  const std::size_t columns = n + count;
  rows_.resize(rows * columns);
  row_error_.resize(rows);
  row_size_.resize(rows);
  result.n = net.n_;
  result.m = net.m_;
  result.k = static_cast<int>(count);
  result.a.resize(count * n);
  result.b.resize(count * count);
  result.error_ab.resize(count);
  result.j0.resize(at(net.m_) * n);
  result.c.resize(at(net.m_) * count);
  result.error_jc.resize(at(net.m_));

  std::size_t seen = 0;  // symbols of earlier neurons
  for (std::size_t k = 0; k < rows; ++k) {
    const bool is_output = k >= at(net.k_);
    if (!is_output && decided_zero(k)) continue;
    double* const row = rows_.data() + k * columns;
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      row[i] = net.g_[k * n + i];
      largest = std::max(largest, std::abs(row[i]));
    }
    std::fill(row + n, row + columns, 0.0);
    const double terms = static_cast<double>(net.n_ + net.end_[k] - net.begin_[k] + 8);
    const double rounding = gamma(2.0 * terms);
    double error = net.weight_error_[k] + rounding * largest + underflow;
    const double* const w = net.w_.data() + k * at(net.k_);
    for (int p = net.begin_[k]; p < net.end_[k]; ++p) {
      const double weight = w[p];
      if (weight == 0.0 || decided_zero(at(p))) continue;
      const SlopeRange slope = range[at(p)];
      const double factor = weight * (0.5 * slope.lower + 0.5 * slope.upper);
      const double* const source = rows_.data() + at(p) * columns;
      for (std::size_t i = 0; i < n + seen; ++i) row[i] += factor * source[i];
      if (const int own = symbol_of_[at(p)]; own >= 0) {
        // Exact for [0, 1]; otherwise the middle is off by an ulp or two, which the wider range covers.
        const double width = slope.upper - slope.lower;
        row[n + at(own)] += weight * (width < 1.0 ? std::min(1.0, width + 0x1p-50) : 1.0);
      }
      error += std::abs(weight) * (row_error_[at(p)] + rounding * row_size_[at(p)]) +
               net.weight_error_[k] * (row_size_[at(p)] + row_error_[at(p)]);
    }
    row_error_[k] = error * slack;
    if (is_output) {
      const std::size_t o = k - at(net.k_);
      std::copy(row, row + n, result.j0.data() + o * n);
      std::copy(row + n, row + columns, result.c.begin() + static_cast<std::ptrdiff_t>(o * count));
      result.error_jc[o] = row_error_[k];
      continue;
    }
    double size = 0.0;
    for (std::size_t i = 0; i < n + seen; ++i) size = std::max(size, std::abs(row[i]));
    if (const int own = symbol_of_[k]; own >= 0) {
      std::copy(row, row + n, result.a.data() + at(own) * n);
      std::copy(row + n, row + columns, result.b.begin() + static_cast<std::ptrdiff_t>(at(own) * count));
      result.error_ab[at(own)] = row_error_[k];
      size = std::max(size, 1.0);
      seen = at(own) + 1;
    }
    row_size_[k] = size;
  }
}

std::shared_ptr<const RegionNetwork> Bounder::restrict_again(const RegionNetwork& root, const RegionNetwork& net,
                                                             const Box& box) {
  if (net.weight_error() <= tolerable_weight_error) return restrict(net, std::vector<Phase>(phase_));
  enclose(root, box);
  return restrict(root, std::vector<Phase>(phase_));
}

// Claim: on every box where the phases hold, the result denotes the same function as `net`, within its errors.
// Proof sketch: as for slopes(), with active rows substituted and unstable neurons kept as variables.
std::shared_ptr<const RegionNetwork> Bounder::restrict(const RegionNetwork& net, const std::vector<Phase>& phase,
                                                       bool drop) {
  const std::size_t n = at(net.n_);
  const std::size_t rows = at(net.k_ + net.m_);
  symbol_of_.assign(at(net.k_), -1);
  std::size_t count = 0;
  for (int p = 0; p < net.k_; ++p) {
    if (phase[at(p)] == Phase::unstable) symbol_of_[at(p)] = static_cast<int>(count++);
  }
  const std::size_t columns = n + count;
  std::vector<double> row_values(rows * columns, 0.0);
  std::vector<char> touches(rows * count, 0);  // 0: the true coefficient is zero, whatever rounding does
  std::vector<double> bias(rows), bias_error(rows), weight_error(rows), size(rows);
  for (std::size_t k = 0; k < rows; ++k) {
    const bool is_output = k >= at(net.k_);
    if (!is_output && phase[k] == Phase::inactive) continue;
    double* const row = row_values.data() + k * columns;
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      row[i] = net.g_[k * n + i];
      largest = std::max(largest, std::abs(row[i]));
    }
    const double terms = static_cast<double>(net.n_ + net.end_[k] - net.begin_[k] + 8);
    const double rounding = gamma(2.0 * terms);
    double b = net.b_[k];
    double b_error = net.bias_error_[k] + rounding * std::abs(b);
    double w_error = net.weight_error_[k] + rounding * largest;
    const double* const w = net.w_.data() + k * at(net.k_);
    for (int p = net.begin_[k]; p < net.end_[k]; ++p) {
      const double weight = w[p];
      if (weight == 0.0 || phase[at(p)] == Phase::inactive) continue;
      if (const int own = symbol_of_[at(p)]; own >= 0) {
        row[n + at(own)] += weight;
        touches[k * count + at(own)] = 1;
        w_error += rounding * std::abs(weight);
        continue;
      }
      const double* const source = row_values.data() + at(p) * columns;
      for (std::size_t i = 0; i < columns; ++i) row[i] += weight * source[i];
      for (std::size_t q = 0; q < count; ++q) touches[k * count + q] |= touches[at(p) * count + q];
      b += weight * bias[at(p)];
      // The stored weight is off too, by weight_error at most; a stored zero is a true zero.
      const double off = net.weight_error_[k];
      b_error += std::abs(weight) * (bias_error[at(p)] + rounding * std::abs(bias[at(p)])) +
                 off * (std::abs(bias[at(p)]) + bias_error[at(p)]);
      w_error +=
          std::abs(weight) * (weight_error[at(p)] + rounding * size[at(p)]) + off * (size[at(p)] + weight_error[at(p)]);
    }
    bias[k] = b;
    bias_error[k] = b_error * slack + underflow;
    weight_error[k] = w_error * slack + underflow;
    if (is_output) continue;
    for (std::size_t i = 0; i < columns; ++i) size[k] = std::max(size[k], std::abs(row[i]));
  }

  // Neurons that no longer reach an output are dropped: their slopes do not matter.
  std::vector<int> kept_symbol;  // old symbol -> new index or -1
  std::vector<bool> needed(count, !drop);
  for (std::size_t k = rows; k-- > 0;) {
    const int own = k < at(net.k_) ? symbol_of_[k] : 0;
    if (k < at(net.k_) && (own < 0 || !needed[at(own)])) continue;
    for (std::size_t q = 0; q < count; ++q) {
      if (touches[k * count + q] != 0) needed[q] = true;
    }
  }
  auto result = std::shared_ptr<RegionNetwork>(new RegionNetwork);
  RegionNetwork& small = *result;
  small.n_ = net.n_;
  small.m_ = net.m_;
  small.deep_ = net.deep_;
  std::vector<std::size_t> row_of;
  for (std::size_t k = 0; k < rows; ++k) {
    if (k < at(net.k_)) {
      if (symbol_of_[k] < 0) continue;
      kept_symbol.push_back(needed[at(symbol_of_[k])] ? static_cast<int>(small.original_.size()) : -1);
      if (kept_symbol.back() < 0) continue;
      small.original_.push_back(net.original_[k]);
      small.layer_.push_back(net.layer_[k]);
    }
    row_of.push_back(k);
  }
  small.k_ = static_cast<int>(small.original_.size());
  const std::size_t kept = at(small.k_);
  small.g_.resize(row_of.size() * n);
  small.w_.assign(row_of.size() * kept, 0.0);
  for (std::size_t r = 0; r < row_of.size(); ++r) {
    const std::size_t k = row_of[r];
    const double* const row = row_values.data() + k * columns;
    small.exponent_.push_back(net.exponent_[k]);
    small.b_.push_back(bias[k]);
    small.bias_error_.push_back(bias_error[k]);
    small.weight_error_.push_back(weight_error[k]);
    std::copy(row, row + n, small.g_.data() + r * n);
    int first = small.k_;
    int last = 0;
    for (std::size_t q = 0; q < count; ++q) {
      if (touches[row_of[r] * count + q] == 0) continue;
      const int p = kept_symbol[q];
      // A stored zero means a true zero; a cancelled one is moved by less than the row's weight_error.
      small.w_[r * kept + at(p)] = row[n + q] != 0.0 ? row[n + q] : not_quite_zero;
      first = std::min(first, p);
      last = std::max(last, p + 1);
    }
    small.begin_.push_back(first < last ? first : 0);
    small.end_.push_back(first < last ? last : 0);
  }
  return result;
}

}  // namespace foldproof
