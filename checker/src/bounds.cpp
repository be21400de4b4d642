// Claims are in bounds.h. Everything is one recursion over rows, combine(): a row is affine in what earlier neurons are
// replaced by, c (row p) + shift + h (new variable), plus an error for all that the stored coefficients are off by.
//   enclose: for z in [l, u], l < 0 < u, any s in [0, 1]: relu(z) - s z lies in [0, b], b = max(-s l, (1 - s) u), as it
//   is
//     convex and 0 at 0. So relu(z) is s z + b/2 + (b/2) t. A coefficient off by e costs e max relu(z).
//   range: any h gives g . u = h . u + (g - h) . u <= r |h|_q + max (g - h) . u where |u|_p <= r (Hoelder). Entries of
//     h are those of g, drawn into intervals that grow with a level: for l1 the best of the levels |g_i| is exact, for
//     l2 h = t u for the u that is best for g . u - t |u|^2 / 2.
//   narrow: active neurons are replaced by their rows, undecided ones by variables.
//   slopes: a neuron is replaced by c (its row) + h (its own variable), c the middle and h the width of its slope.
#include "bounds.h"

namespace foldproof_check {

namespace {

struct Part {
  double c = 0.0, shift = 0.0, h = 0.0;
  int column = -1;        // of the new variable
  int used = 0;           // leading entries of the row that may not be zero
  double size = 0.0;      // what c's rounding multiplies
  double bound = 0.0;     // what errors of the coefficient multiply
  double constant = 0.0;  // the same for the row's constant, where that is kept apart
  bool gone() const { return c == 0.0 && column < 0; }
};

struct Error {
  double all = 0.0, constant = 0.0;
};

/// Adds to row r of `rows` (whose first `used` entries are set) what its neurons contribute. Returns the error.
Error combine(const Net& net, int r, const std::vector<Part>& part, Matrix& rows, int& used) {
  const double* const w = net.w.data() + at(r) * at(net.k);
  const double radius = net.radius[at(r)];
  Interval* const row = rows[r];
  int wanted = used;
  for (int p = net.begin[at(r)]; p < net.end[at(r)]; ++p) {
    if (!part[at(p)].gone()) wanted = std::max({wanted, part[at(p)].used, part[at(p)].column + 1});
  }
  std::fill(row + used, row + wanted, Interval{});
  used = wanted;
  Error error;
  for (int p = net.begin[at(r)]; p < net.end[at(r)]; ++p) {
    const Part& source = part[at(p)];
    if (source.gone()) continue;
    if (radius != 0.0) {
      error.all += radius * source.bound;
      error.constant += radius * source.constant;
    }
    if (w[p] == 0.0) continue;
    if (source.c != 0.0) {
      const double up = w[p] * source.c;
      error.all += ((-w[p]) * source.c + up) * source.size;
      add(row, up, rows[p], source.used);
    }
    if (source.column < 0) continue;
    row[0] = row[0] + w[p] * point(source.shift);
    row[source.column] = row[source.column] + w[p] * point(source.h);
  }
  return error;
}

void start_row(const Net& net, int r, Interval* row) {
  row[0] = net.bias[at(r)];
  for (int i = 0; i < net.n; ++i) row[1 + i] = point(net.g[at(r) * at(net.n) + at(i)]);
}

long exponent_of(const Rational& x) {
  return static_cast<long>(mpz_sizeinbase(x.get_num_mpz_t(), 2)) -
         static_cast<long>(mpz_sizeinbase(x.get_den_mpz_t(), 2));
}

}  // namespace

NetPointer make_net(const Rewritten& network, const std::vector<Rational>& centre) {
  auto net = std::make_shared<Net>();
  net->n = network.n;
  net->k = static_cast<int>(network.kept.size());
  net->m = static_cast<int>(network.outputs.size());
  const std::size_t n = at(net->n), k = at(net->k), rows = k + at(net->m);
  net->g.assign(rows * n, 0.0);
  net->w.assign(rows * k, 0.0);
  net->begin.assign(rows, 0);
  net->end.assign(rows, 0);
  net->known.assign(k, Phase::undecided);
  std::vector<int> place(network.neurons.size(), -1);
  for (std::size_t p = 0; p < k; ++p) {
    net->number.push_back(static_cast<int>(p));
    place[at(network.kept[p])] = net->number[p];
  }
  std::vector<long> exponent(rows, 0);  // row p is 2^exponent times the network's: relu(2^e z) = 2^e relu(z)
  for (std::size_t r = 0; r < rows; ++r) {
    const Row& row = r < k ? network.neurons[at(network.kept[r])] : network.outputs[r - k];
    const auto source = [&](int v) { return v < net->n ? 0L : exponent[at(place[at(v - net->n)])]; };
    long own = row.terms.empty() ? 0 : std::numeric_limits<long>::max();
    for (const auto& [v, coefficient] : row.terms) own = std::min(own, source(v) - exponent_of(coefficient));
    exponent[r] = own;
    net->exponent.push_back(static_cast<int>(own));
    Rational bias = scaled(row.constant, own);
    double radius = 0.0;
    for (const auto& [v, unscaled] : row.terms) {
      const Rational coefficient = scaled(unscaled, own - source(v));
      const double up = round_up(coefficient);
      radius = larger(radius, up + round_up(-coefficient));
      if (v < net->n) {
        net->g[r * n + at(v)] = up;
        bias += coefficient * centre[at(v)];
        continue;
      }
      const int p = place[at(v - net->n)];
      net->w[r * k + at(p)] = up;
      net->begin[r] = net->end[r] == 0 ? p : net->begin[r];
      net->end[r] = p + 1;
    }
    net->bias.push_back(enclosed(bias));
    net->radius.push_back(radius);
  }
  return net;
}

Frame::Frame(const Box& box) : mid(box.lower.size()), half(mid), ball(box.ball) {
  for (std::size_t i = 0; i < mid.size(); ++i) {
    mid[i] = 0.5 * box.lower[i] + 0.5 * box.upper[i];
    half[i] = larger(box.upper[i] - mid[i], mid[i] - box.lower[i]);
  }
}

double level(double r, const Vector& g, const Vector& low, const Vector& high) {
  const auto parts = [&](double t) {  // |u|^2 = free / t^2 + fixed
    double free = 0.0, fixed = 0.0;
    for (std::size_t i = 0; i < g.size(); ++i) {
      const double u = g[i] / t;
      (u > low[i] && u < high[i] ? free : fixed) += u > low[i] && u < high[i] ? g[i] * g[i]
                                                    : u > low[i]              ? high[i] * high[i]
                                                                              : low[i] * low[i];
    }
    return std::pair(free, fixed);
  };
  double below = 0.0, above = std::numeric_limits<double>::infinity();  // levels with |u| >= r, < r
  for (std::size_t i = 0; i < g.size(); ++i) {
    for (const double t : {g[i] / low[i], g[i] / high[i]}) {
      if (!(t > 0.0) || !std::isfinite(t)) continue;
      const auto [free, fixed] = parts(t);
      if (free / (t * t) + fixed >= r * r) {
        below = std::max(below, t);
      } else {
        above = std::min(above, t);
      }
    }
  }
  const double between = std::isfinite(above) ? 0.5 * below + 0.5 * above : below > 0.0 ? 2.0 * below : 1.0;
  const auto [free, fixed] = parts(between);
  const double t = std::sqrt(free / (r * r - fixed));
  return t >= below && t <= above && std::isfinite(t) ? t : std::min(between, std::numeric_limits<double>::max());
}

Interval range(const Frame& frame, const std::vector<Interval>& a) {
  const std::size_t n = a.size();
  double over_box = 0.0;
  for (const Interval& entry : a) over_box += size(entry);
  Interval result{over_box, over_box};
  const Norm norm = frame.ball.norm;
  if (norm == Norm::linf) return result;
  Vector g(n), low(n), high(n);
  for (std::size_t i = 0; i < n; ++i) low[i] = frame.mid[i] - frame.half[i], high[i] = frame.mid[i] + frame.half[i];
  for (double* const most : {&result.up, &result.neg}) {
    const double sign = most == &result.up ? 1.0 : -1.0;
    for (std::size_t i = 0; i < n; ++i) g[i] = frame.half[i] > 0.0 ? sign * middle(a[i]) / frame.half[i] : 0.0;
    Vector levels{0.0};
    if (norm == Norm::l2) {
      levels = {level(frame.ball.radius, g, low, high)};
    } else {
      for (const double entry : g) levels.push_back(std::abs(entry));
    }
    for (const double t : levels) {
      double dual = 0.0, sum = 0.0;
      for (std::size_t i = 0; i < n; ++i) {  // a t = h (u - mid) + (a - h half) t
        const double h = multiplier(norm, t, g[i], low[i], high[i]);
        dual = norm == Norm::l1 ? larger(dual, std::abs(h)) : dual + h * h;
        sum += (-h) * frame.mid[i] + size(sign * a[i] + Interval{h * frame.half[i], (-h) * frame.half[i]});
      }
      *most = std::min(*most, frame.ball.radius * (norm == Norm::l1 ? dual : std::sqrt(dual)) + sum);
    }
  }
  return result;
}

void enclose(const Net& net, const Box& box, Enclosure& result) {
  const Frame frame(box);
  const Vector &mid = frame.mid, &half = frame.half;
  double reach = 0.0;
  for (std::size_t i = 0; i < at(net.n); ++i) reach += larger(-box.lower[i], box.upper[i]);
  if (result.form.rows != net.k + net.m || result.form.columns != 1 + net.n + net.k)
    result.form = Matrix(net.k + net.m, 1 + net.n + net.k);
  result.z.resize(at(net.k));
  result.phase.resize(at(net.k));
  result.undecided = 0;
  std::vector<Part> part(at(net.k));
  for (int r = 0; r < net.k + net.m; ++r) {
    Interval* const row = result.form[r];
    start_row(net, r, row);
    for (int i = 0; i < net.n; ++i) {
      row[0] = row[0] + mid[at(i)] * row[1 + i];
      row[1 + i] = half[at(i)] * row[1 + i];
    }
    int used = 1 + net.n;
    double error = combine(net, r, part, result.form, used).all;
    if (net.radius[at(r)] != 0.0) error += net.radius[at(r)] * reach;
    widen(row, error, 1);
    if (r >= net.k) {
      std::fill(row + used, row + 1 + net.n + result.undecided, Interval{});
      continue;
    }
    double spread = 0.0;
    for (int i = 1; i < used; ++i) spread += size(row[i]);
    Interval z{row[0].neg + spread, row[0].up + spread};
    if (box.ball.norm != Norm::linf) {
      Interval inner = row[0] + range(frame, {row + 1, row + 1 + net.n});
      for (int i = 1 + net.n; i < used; ++i) widen(&inner, size(row[i]), 1);
      z = {std::min(z.neg, inner.neg), std::min(z.up, inner.up)};
    }
    result.z[at(r)] = z;
    result.phase[at(r)] = z.up <= 0.0 ? Phase::inactive : z.neg <= 0.0 ? Phase::active : Phase::undecided;
    if (z.up <= 0.0) continue;
    Part& own = part[at(r)];
    own = {1.0, 0.0, 0.0, -1, used, size(z), z.up, 0.0};
    if (z.neg <= 0.0) continue;
    own.c = std::min(1.0, z.up / (z.up + z.neg));
    own.h = own.shift = 0.5 * larger(own.c * z.neg, (1.0 - own.c) * z.up);
    own.column = 1 + net.n + result.undecided++;
  }
}

NetPointer narrow(const Net& net, const std::vector<Phase>& phase) {
  const int n = net.n, rows = net.k + net.m;
  int count = 0;
  std::vector<Part> part(at(net.k));
  for (std::size_t p = 0; p < at(net.k); ++p) {
    if (phase[p] == Phase::undecided) part[p] = {0.0, 0.0, 1.0, 1 + n + count++, 0, 0.0, 0.0, 0.0};
  }
  Matrix row(rows, 1 + n + count);
  for (int r = 0; r < rows; ++r) {
    if (r < net.k && phase[at(r)] == Phase::inactive) continue;
    start_row(net, r, row[r]);
    int used = 1 + n;
    const Error error = combine(net, r, part, row, used);
    widen(row[r], error.constant, 1);
    widen(row[r] + 1, error.all + net.radius[at(r)], used - 1);
    if (r < net.k && phase[at(r)] == Phase::active) {
      const double largest = row_size(row[r] + 1, used - 1);
      part[at(r)] = {1.0, 0.0, 0.0, -1, used, largest, largest, size(row[r][0])};
    }
  }
  auto result = std::make_shared<Net>();
  result->n = n;
  result->k = count;
  result->m = net.m;
  result->known = net.known;
  for (std::size_t p = 0; p < at(net.k); ++p) {
    result->known[at(net.number[p])] = phase[p];
    if (phase[p] == Phase::undecided) result->number.push_back(net.number[p]);
  }
  for (int r = 0; r < rows; ++r) {
    if (r < net.k && phase[at(r)] != Phase::undecided) continue;
    result->begin.push_back(0);
    result->end.push_back(std::min(count, static_cast<int>(result->bias.size())));
    result->bias.push_back(row[r][0]);
    double radius = 0.0;
    for (int i = 1; i < row.columns; ++i) {
      (i <= n ? result->g : result->w).push_back(row[r][i].up);
      radius = larger(radius, width(row[r][i]));
    }
    result->radius.push_back(radius);
  }
  return result;
}

Slope slope_of(Phase phase) {
  if (phase == Phase::undecided) return {};
  return {phase == Phase::active ? 1.0 : 0.0, 0.0};
}

// φ(x, y) = (relu(x) - relu(y)) / (x - y) does not decrease in x or y (relu is convex).
Slope slope_between(Interval a, Interval b) {
  if (a.neg <= 0.0 && b.neg <= 0.0) return {1.0, 0.0};
  if (a.up <= 0.0 && b.up <= 0.0) return {0.0, 0.0};
  Interval slope{0.0, 1.0};
  const double neg_l = std::min(a.neg, b.neg), u = std::min(a.up, b.up);  // the larger lower end, the smaller upper end
  if (neg_l < 0.0) slope.neg = neg_l / (std::max(a.neg, b.neg) - neg_l);
  if (u < 0.0) slope.up = std::min(1.0, std::max(a.up, b.up) / -(u - std::max(a.up, b.up)));
  if (!(-slope.neg <= slope.up)) return {};
  const double center = std::min(1.0, std::max(0.0, middle(slope)));
  return {center, 2.0 * larger(slope.up - center, center + slope.neg)};
}

Slopes slopes_of(const Net& net, const std::vector<Slope>& slope) {
  Slopes result{net.n, net.m, 0};
  std::vector<Part> part(at(net.k));
  for (std::size_t p = 0; p < at(net.k); ++p) {
    part[p] = {
        slope[p].center, 0.0, slope[p].width, slope[p].width != 0.0 ? 1 + net.n + result.k++ : -1, 0, 0.0, 0.0, 0.0};
  }
  result.ab = Matrix(result.k, net.n + result.k);
  result.jc = Matrix(net.m, net.n + result.k);
  Matrix rows(net.k + net.m, 1 + net.n + result.k);
  for (int r = 0; r < net.k + net.m; ++r) {
    if (r < net.k && part[at(r)].gone()) continue;
    start_row(net, r, rows[r]);
    rows[r][0] = {};
    int used = 1 + net.n;
    const double error = combine(net, r, part, rows, used).all + 2.0 * net.radius[at(r)];  // widths are below 2
    widen(rows[r] + 1, error, used - 1);
    if (r < net.k) {
      part[at(r)].used = used;
      part[at(r)].size = part[at(r)].bound = row_size(rows[r], used);
    }
    const int column = r < net.k ? part[at(r)].column : 0;
    if (column >= 0)
      std::copy(rows[r] + 1, rows[r] + used, r < net.k ? result.ab[column - 1 - net.n] : result.jc[r - net.k]);
  }
  return result;
}

}  // namespace foldproof_check
