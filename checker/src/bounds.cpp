// Claims are in bounds.h. Proofs, by induction over rows:
//   enclose: for z in [l, u], l < 0 < u and any s in [0, 1], relu(z) - s z lies in [0, β], β = max(-s l, (1 - s) u)
//     (it is convex and zero at 0), so relu(z) is s z + β/2 + (β/2) t. A coefficient off by e costs e · max relu(z_p).
//   slopes: a row of the slope matrix is g + sum_p w_p (c_p R_p + h_p e_p), with R_p the row of neuron p, e_p its unit.
//   narrow: rows in the inputs and the undecided neurons, active rows substituted.
#include "bounds.h"

namespace foldproof_check {

namespace {

// Interval number times what it multiplies: the middle is f, and `spread` bounds |f' - f| for all f' meant.
struct Factor {
  double f, spread;
};
Factor times(double a, double b) {
  const double up = a * b;
  return {up, (-a) * b + up};
}

long exponent_of(const Rational& x) {
  return static_cast<long>(mpz_sizeinbase(x.get_num_mpz_t(), 2)) - static_cast<long>(mpz_sizeinbase(x.get_den_mpz_t(), 2));
}

Rational scaled(const Rational& x, long e) {
  Rational result;
  if (e >= 0) {
    mpq_mul_2exp(result.get_mpq_t(), x.get_mpq_t(), static_cast<mp_bitcnt_t>(e));
  } else {
    mpq_div_2exp(result.get_mpq_t(), x.get_mpq_t(), static_cast<mp_bitcnt_t>(-e));
  }
  return result;
}

}  // namespace

NetPointer make_net(const Rewritten& network, const std::vector<Rational>& centre) {
  auto net = std::make_shared<Net>();
  net->n = network.n;
  net->k = static_cast<int>(network.kept.size());
  net->m = static_cast<int>(network.outputs.size());
  net->number = network.kept;
  const std::size_t rows = at(net->k + net->m);
  net->g.assign(rows * at(net->n), 0.0);
  net->w.assign(rows * at(net->k), 0.0);
  std::vector<int> place(network.neurons.size(), -1);
  for (int p = 0; p < net->k; ++p) place[at(network.kept[at(p)])] = p;
  std::vector<long> exponent(at(net->k), 0);  // row p is 2^exponent times the network's
  for (std::size_t r = 0; r < rows; ++r) {
    const bool hidden = r < at(net->k);
    const Row& row = hidden ? network.neurons[at(network.kept[r])] : network.outputs[r - at(net->k)];
    const auto source = [&](int v) { return v < net->n ? 0L : exponent[at(place[at(v - net->n)])]; };
    long e = std::numeric_limits<long>::min();
    for (const auto& [v, coefficient] : row.terms) e = std::max(e, exponent_of(coefficient) - source(v));
    if (hidden) exponent[r] = -e;
    const long own = hidden ? -e : 0;
    Rational bias = own == 0 ? row.constant : scaled(row.constant, own);
    int begin = net->k, end = 0;
    double radius = 0.0;
    for (const auto& [v, unscaled] : row.terms) {
      const long shift = own - source(v);
      const Rational coefficient = shift == 0 ? unscaled : scaled(unscaled, shift);
      const double up = round_up(coefficient);
      radius = larger(radius, up + round_up(-coefficient));
      if (v < net->n) {
        net->g[r * at(net->n) + at(v)] = up;
        bias += coefficient * centre[at(v)];
      } else {
        const int p = place[at(v - net->n)];
        net->w[r * at(net->k) + at(p)] = up;
        begin = std::min(begin, p);
        end = std::max(end, p + 1);
      }
    }
    net->bias_up.push_back(round_up(bias));
    net->bias_neg.push_back(round_up(-bias));
    net->radius.push_back(radius);
    net->begin.push_back(std::min(begin, end));
    net->end.push_back(end);
  }
  return net;
}

void enclose(const Net& net, const Box& box, Enclosure& result) {
  const int n = net.n, k = net.k;
  const std::size_t rows = at(k + net.m);
  Vector middle(at(n)), half(at(n)), scale(at(k)), gap(at(k)), size(at(k)), relu(at(k));
  double reach = 0.0;
  for (std::size_t i = 0; i < at(n); ++i) {
    middle[i] = 0.5 * box.lower[i] + 0.5 * box.upper[i];
    half[i] = std::max(box.upper[i] - middle[i], middle[i] - box.lower[i]);
    reach += std::max(-box.lower[i], box.upper[i]);
  }
  result.columns = n + k;
  result.form.rows = static_cast<int>(rows);
  result.form.columns = n + k;
  result.form.neg.resize(rows * at(n + k));
  result.form.up.resize(rows * at(n + k));
  result.used.assign(rows, n);
  result.const_neg.assign(net.bias_neg.begin(), net.bias_neg.end());
  result.const_up.assign(net.bias_up.begin(), net.bias_up.end());
  result.neg.resize(at(k));
  result.up.resize(at(k));
  result.phase.resize(at(k));
  result.undecided = 0;
  std::vector<int> symbol(at(k), -1);
  for (std::size_t r = 0; r < rows; ++r) {
    const double* const w = net.w.data() + r * at(k);
    int& used = result.used[r];
    for (int p = net.begin[r]; p < net.end[r]; ++p) {
      if (result.phase[at(p)] != Phase::inactive && w[p] != 0.0) used = std::max({used, result.used[at(p)], symbol[at(p)] + 1});
    }
    double* const neg = result.form.neg.data() + r * at(n + k);
    double* const up = result.form.up.data() + r * at(n + k);
    double &c_neg = result.const_neg[r], &c_up = result.const_up[r];
    double lump = net.radius[r] == 0.0 ? 0.0 : net.radius[r] * reach;
    for (std::size_t i = 0; i < at(n); ++i) {
      const double g = net.g[r * at(n) + i];
      up[i] = g * half[i];
      neg[i] = (-g) * half[i];
      c_up += g * middle[i];
      c_neg += (-g) * middle[i];
    }
    std::fill(neg + n, neg + used, 0.0);
    std::fill(up + n, up + used, 0.0);
    for (int p = net.begin[r]; p < net.end[r]; ++p) {
      if (result.phase[at(p)] == Phase::inactive) continue;
      if (net.radius[r] != 0.0) lump += net.radius[r] * relu[at(p)];
      if (w[p] == 0.0) continue;
      const Factor factor = times(w[p], scale[at(p)]);
      lump += factor.spread * size[at(p)];
      add_scaled(&c_neg, &c_up, factor.f, &result.const_neg[at(p)], &result.const_up[at(p)], 1);
      add_scaled(neg, up, factor.f, result.form.neg.data() + at(p) * at(n + k), result.form.up.data() + at(p) * at(n + k),
                 result.used[at(p)]);
      if (symbol[at(p)] < 0) continue;
      c_up += w[p] * gap[at(p)];
      c_neg += (-w[p]) * gap[at(p)];
      up[symbol[at(p)]] += w[p] * gap[at(p)];
      neg[symbol[at(p)]] += (-w[p]) * gap[at(p)];
    }
    c_up += lump;
    c_neg += lump;
    if (r >= at(k)) continue;
    double spread = 0.0;
    for (int i = 0; i < used; ++i) spread += larger(neg[i], up[i]);
    const double l = c_neg + spread, u = c_up + spread;  // z in [-l, u]
    result.neg[r] = l;
    result.up[r] = u;
    size[r] = larger(l, u);
    relu[r] = u > 0.0 || u != u ? u : 0.0;
    scale[r] = 1.0;
    if (u <= 0.0) {
      result.phase[r] = Phase::inactive;
    } else if (l <= 0.0) {
      result.phase[r] = Phase::active;
    } else {
      result.phase[r] = Phase::undecided;
      ++result.undecided;
      scale[r] = std::min(1.0, u / (u + l));
      gap[r] = 0.5 * larger(scale[r] * l, (1.0 - scale[r]) * u);
      symbol[r] = n + result.undecided - 1;
    }
  }
}

NetPointer narrow(const Net& net, const std::vector<Phase>& phase) {
  const int n = net.n;
  const std::size_t rows = at(net.k + net.m);
  std::vector<int> column(at(net.k), -1);
  int count = 0;
  for (std::size_t p = 0; p < at(net.k); ++p) {
    if (phase[p] == Phase::undecided) column[p] = n + count++;
  }
  Matrix row;
  row.reset(static_cast<int>(rows), n + count);
  Vector bias_neg = net.bias_neg, bias_up = net.bias_up, size(at(net.k));
  std::vector<int> used(rows, n);
  for (std::size_t r = 0; r < rows; ++r) {
    if (r < at(net.k) && phase[r] == Phase::inactive) continue;
    double* const neg = row.neg.data() + r * at(n + count);
    double* const up = row.up.data() + r * at(n + count);
    for (std::size_t i = 0; i < at(n); ++i) {
      up[i] = net.g[r * at(n) + i];
      neg[i] = -up[i];
    }
    double error = net.radius[r], bias_error = 0.0;
    for (int p = net.begin[r]; p < net.end[r]; ++p) {
      const double w = net.w[r * at(net.k) + at(p)];
      if (phase[at(p)] == Phase::inactive || (w == 0.0 && net.radius[r] == 0.0)) continue;
      if (column[at(p)] >= 0) {
        used[r] = std::max(used[r], column[at(p)] + 1);
        up[column[at(p)]] += w;
        neg[column[at(p)]] += -w;
        continue;
      }
      used[r] = std::max(used[r], used[at(p)]);
      add_scaled(neg, up, w, row.neg.data() + at(p) * at(n + count), row.up.data() + at(p) * at(n + count), used[at(p)]);
      add_scaled(&bias_neg[r], &bias_up[r], w, &bias_neg[at(p)], &bias_up[at(p)], 1);
      error += net.radius[r] * size[at(p)];
      bias_error += net.radius[r] * larger(bias_neg[at(p)], bias_up[at(p)]);
    }
    row.widen(static_cast<int>(r), used[r], error);
    bias_neg[r] += bias_error;
    bias_up[r] += bias_error;
    if (r < at(net.k)) size[r] = row.row_size(static_cast<int>(r), used[r]);
  }
  // Neurons that no longer reach an output do not matter.
  std::vector<char> needed(at(net.k), 0);
  const auto entry = [&](std::size_t r, std::size_t p) {  // may row r depend on undecided neuron p?
    const std::size_t i = r * at(n + count) + at(column[p]);
    return column[p] < used[r] && !(row.up[i] == 0.0 && row.neg[i] == 0.0);
  };
  for (std::size_t r = rows; r-- > 0;) {
    if (r < at(net.k) && !(column[r] >= 0 && needed[r])) continue;
    for (std::size_t p = 0; p < std::min(r, at(net.k)); ++p) {
      if (column[p] >= 0 && entry(r, p)) needed[p] = 1;
    }
  }
  auto result = std::make_shared<Net>();
  result->n = n;
  result->m = net.m;
  std::vector<std::size_t> kept, sources;
  for (std::size_t p = 0; p < at(net.k); ++p) {
    if (column[p] >= 0 && needed[p]) kept.push_back(p), result->number.push_back(net.number[p]);
  }
  sources = kept;
  result->k = static_cast<int>(kept.size());
  for (std::size_t r = at(net.k); r < rows; ++r) kept.push_back(r);
  result->w.assign(kept.size() * sources.size(), 0.0);
  for (std::size_t q = 0; q < kept.size(); ++q) {
    const std::size_t r = kept[q], first = r * at(n + count);
    double radius = 0.0;
    int begin = result->k, end = 0;
    for (std::size_t i = 0; i < at(used[r]); ++i) radius = larger(radius, row.up[first + i] + row.neg[first + i]);
    result->g.insert(result->g.end(), row.up.begin() + static_cast<long>(first), row.up.begin() + static_cast<long>(first) + n);
    for (std::size_t s = 0; s < std::min(q, sources.size()); ++s) {
      if (!entry(r, sources[s])) continue;
      result->w[q * sources.size() + s] = row.up[first + at(column[sources[s]])];
      begin = std::min(begin, static_cast<int>(s));
      end = static_cast<int>(s) + 1;
    }
    result->radius.push_back(radius);
    result->bias_neg.push_back(bias_neg[r]);
    result->bias_up.push_back(bias_up[r]);
    result->begin.push_back(std::min(begin, end));
    result->end.push_back(end);
  }
  return result;
}

Slope slope_of(Phase phase) {
  if (phase == Phase::undecided) return {};
  return {phase == Phase::active ? 1.0 : 0.0, 0.0};
}

// φ(a, b) = (relu(a) - relu(b)) / (a - b) does not decrease in a or b (relu is convex).
Slope slope_between(double neg1, double up1, double neg2, double up2) {
  if (neg1 <= 0.0 && neg2 <= 0.0) return {1.0, 0.0};
  if (up1 <= 0.0 && up2 <= 0.0) return {0.0, 0.0};
  double neg_low = 0.0, high = 1.0;  // the slope lies in [-neg_low, high]
  const double neg_l = std::min(neg1, neg2), neg_other = std::max(neg1, neg2);  // lower ends l > 0 > other
  if (neg_l < 0.0) neg_low = neg_l / (neg_other - neg_l);
  const double u = std::min(up1, up2), u_other = std::max(up1, up2);
  if (u < 0.0) high = std::min(1.0, u_other / -(u - u_other));
  if (!(-neg_low <= high)) return {};
  const double center = std::min(1.0, std::max(0.0, 0.5 * (high - neg_low)));
  return {center, 2.0 * std::max(high - center, center + neg_low)};
}

void slopes_of(const Net& net, const std::vector<Slope>& slope, Matrix& rows, Slopes& result) {
  const int n = net.n, k = net.k;
  std::vector<int> column(at(k), -1), used(at(k), 0);
  int count = 0;
  for (std::size_t p = 0; p < at(k); ++p) {
    if (slope[p].width != 0.0) column[p] = n + count++;
  }
  result.n = n;
  result.m = net.m;
  result.k = count;
  result.ab.reset(count, n + count);
  result.jc.reset(net.m, n + count);
  rows.rows = k;
  rows.columns = n + count;
  rows.neg.resize(at(k) * at(n + count));
  rows.up.resize(at(k) * at(n + count));
  Vector size(at(k));
  for (std::size_t r = 0; r < at(k + net.m); ++r) {
    const bool hidden = r < at(k);
    if (hidden && column[r] < 0 && slope[r].center == 0.0) continue;
    Matrix& target = hidden ? rows : result.jc;
    const int own_row = static_cast<int>(hidden ? r : r - at(k));
    double* const neg = target.neg.data() + target.index(own_row, 0);
    double* const up = target.up.data() + target.index(own_row, 0);
    for (std::size_t i = 0; i < at(n); ++i) {
      up[i] = net.g[r * at(n) + i];
      neg[i] = -up[i];
    }
    std::fill(neg + n, neg + n + count, 0.0);
    std::fill(up + n, up + n + count, 0.0);
    double error = net.radius[r];
    int reach = n;
    for (int p = net.begin[r]; p < net.end[r]; ++p) {
      const double w = net.w[r * at(k) + at(p)];
      if ((w == 0.0 && net.radius[r] == 0.0) || (column[at(p)] < 0 && slope[at(p)].center == 0.0)) continue;
      const Factor factor = times(w, slope[at(p)].center);
      reach = std::max({reach, used[at(p)], column[at(p)] + 1});
      add_scaled(neg, up, factor.f, rows.neg.data() + rows.index(p, 0), rows.up.data() + rows.index(p, 0), used[at(p)]);
      error += factor.spread * size[at(p)] + net.radius[r] * larger(size[at(p)], 1.0);
      if (column[at(p)] < 0) continue;
      up[column[at(p)]] += w * slope[at(p)].width;
      neg[column[at(p)]] += (-w) * slope[at(p)].width;
    }
    target.widen(own_row, reach, error);
    if (!hidden) continue;
    used[r] = reach;
    size[r] = rows.row_size(own_row, reach);
    if (column[r] >= 0) {
      const std::size_t to = result.ab.index(column[r] - n, 0);
      std::copy(neg, neg + reach, result.ab.neg.begin() + static_cast<long>(to));
      std::copy(up, up + reach, result.ab.up.begin() + static_cast<long>(to));
    }
  }
}

}  // namespace foldproof_check
