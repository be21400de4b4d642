// Claim: a pair for which run() gives a letter has no collision.
// Proof sketch: the images lie in their zonotopes; p . (value_x - value_y) exceeds what all generators and remainders
// can take back along p, with the rounding of this very evaluation. Where a box sticks out of its ball, its sides can
// take back only what they do in the ball, which may be less than nothing.
#include "search/separation.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "number/rounding.h"

namespace foldproof {

Image image_of(const Bounder& form, const Box& box, int outputs) {
  Image image;
  const bool in_ball = box.sticks_out();
  if (in_ball) image.ball = box.ball;
  const std::size_t n = box.lower.size();
  const auto m = static_cast<std::size_t>(outputs);
  for (std::size_t i = 0; i < n; ++i) {
    const double radius =
        std::max(round_up(box.upper[i] - form.middle()[i]), round_up(form.middle()[i] - box.lower[i]));
    const bool side = box.upper[i] > box.lower[i];
    if (in_ball) {
      image.middle.push_back(form.middle()[i]);
      image.half.push_back(side ? radius : 0.0);
    }
    for (int o = 0; o < outputs; ++o) image.generators.push_back(side ? form.output_gradient(o)[i] * radius : 0.0);
  }
  for (int q = 0; q < form.symbols(); ++q) {
    for (int o = 0; o < outputs; ++o) image.generators.push_back(form.output_symbol(o, q));
  }
  for (int o = 0; o < outputs; ++o) {
    image.value.push_back(form.output_value(o));
    image.remainder.push_back(form.output_plain_remainder(o));
    double size = image.remainder.back();
    for (std::size_t g = static_cast<std::size_t>(o); g < image.generators.size(); g += m) {
      size += std::abs(image.generators[g]);
    }
    image.size = std::max(image.size, size);
  }
  return image;
}

Separation::Separation(const RegionNetwork& root, double margin) : margin_(margin) {
  constexpr long close = 8;  // powers of two
  for (int o = 0; o < root.outputs(); ++o) {
    exponent_.push_back(root.exponent(root.neurons() + o));
    outputs_comparable_ =
        outputs_comparable_ && std::abs(exponent_[static_cast<std::size_t>(o)] - exponent_[0]) <= close;
  }
}

// p . f(x) > p . f(y) (or <) on the whole pair, with the rounding of its own evaluation and of the generators.
bool Separation::gap_along(const double* p, const Image& x, const Image& y) {
  const std::size_t m = x.value.size();
  double difference = 0.0;
  double size = 0.0;
  double spread = 0.0;
  for (std::size_t o = 0; o < m; ++o) {
    difference += p[o] * (x.value[o] - y.value[o]);
    size += std::abs(p[o]) * (std::abs(x.value[o]) + std::abs(y.value[o]));
    spread += std::abs(p[o]) * (x.remainder[o] + y.remainder[o]);
  }
  double less[2] = {0.0, 0.0};  // than the sides' spread, if f(x) is to be above f(y), or below
  for (const Image* image : {&x, &y}) {
    sides_.clear();
    double of_sides = 0.0;
    for (std::size_t g = 0; g < image->generators.size(); g += m) {
      double along = 0.0;
      for (std::size_t o = 0; o < m; ++o) {
        const double part = p[o] * image->generators[g + o];
        along += part;
        size += std::abs(part);
      }
      spread += std::abs(along);
      if (sides_.size() == image->middle.size()) continue;
      sides_.push_back(along);
      of_sides += std::abs(along);
    }
    if (sides_.empty()) continue;
    const Frame frame{static_cast<int>(sides_.size()), image->middle.data(), image->half.data()};
    for (const bool above : {true, false}) {
      const double most = most_in_ball(image->ball, frame, sides_.data(), above == (image == &x) ? -1.0 : 1.0);
      if (most < of_sides) less[above ? 0 : 1] += (of_sides - most) * (1.0 - gamma(8));
    }
  }
  const double rounding = gamma(static_cast<double>(4 * m + 16)) * size + underflow;
  const double enough = margin_ * std::abs(difference) + (spread + rounding) * slack;
  const double above = (difference + less[0]) * (1.0 - gamma(8)), below = (less[1] - difference) * (1.0 - gamma(8));
  return above > enough || below > enough;
}

// Functionals go into proofs as single-precision numbers: the rounded one is the one that must separate.
bool Separation::gap_along_rounded(const Image& x, const Image& y) {
  double largest = 0.0;
  for (const double entry : candidate_) largest = std::max(largest, std::abs(entry));
  if (!(largest > 0.0) || !std::isfinite(largest)) return false;
  const int exponent = -std::ilogb(largest);
  direction_.resize(candidate_.size());
  for (std::size_t o = 0; o < candidate_.size(); ++o) {
    direction_[o] = static_cast<double>(static_cast<float>(std::ldexp(candidate_[o], exponent)));
  }
  return gap_along(direction_.data(), x, y);
}

char Separation::run(const Image& x, const Image& y, bool explicitly) {
  const std::size_t m = x.value.size();
  candidate_.resize(m);
  double* const p = candidate_.data();
  // Output o is stored times 2^e_o: the difference of the middles, as a functional of the outputs as they are.
  for (std::size_t o = 0; o < m; ++o) {
    p[o] = std::ldexp(x.value[o] - y.value[o], static_cast<int>(-2 * exponent_[o]));
  }
  // Where the outputs differ much in size, this is rounding noise of the largest: another program's middles would not
  // do. Nor where a box sticks out of its ball: its middle may lie far outside, where a neuron that is 0 in a corner of
  // the ball, decided or not, makes very different forms.
  if (outputs_comparable_ && !explicitly && x.middle.empty() && y.middle.empty()) {
    if (gap_along(p, x, y)) return 'm';
  } else {
    for (std::size_t o = 0; o < m; ++o) p[o] = x.value[o] - y.value[o];
    if (gap_along_rounded(x, y)) return 'f';
  }
  return gap_along_some(x, y) ? 'f' : '\0';
}

char Separation::run_point(const Image& x, const Image& y, int& output) {
  candidate_.assign(x.value.size(), 0.0);
  for (std::size_t o = 0; o < candidate_.size(); ++o) {
    candidate_[o] = 1.0;
    if (gap_along(candidate_.data(), x, y)) {
      output = static_cast<int>(o);
      return 'v';
    }
    candidate_[o] = 0.0;
  }
  return candidate_.size() > 1 && gap_along_some(x, y) ? 'f' : '\0';
}

// In the plane, of images with round parts. p separates if p . s > 0 for all differences s of points of x and y. The s
// for which p . s is least allows only the half-plane of directions on its side: the middle of those left is tried
// next, which halves them at least. So a touching point is approached quickly, where boxes would have to be cut to the
// size of the gap.
bool Separation::gap_by_points(const Image& x, const Image& y) {
  constexpr double pi = 3.141592653589793;
  constexpr int most_points = 40;
  double* const p = candidate_.data();
  for (std::size_t o = 0; o < 2; ++o) p[o] = x.value[o] - y.value[o];
  double middle = 0.0, width = pi;  // directions left: middle +- width
  for (int count = 0; count < most_points; ++count) {
    double s[2] = {x.value[0] - y.value[0], x.value[1] - y.value[1]};
    for (const Image* image : {&x, &y}) {
      const double sign = image == &x ? 1.0 : -1.0;
      const std::size_t generators = image->generators.size() / 2;
      const auto along = [&](std::size_t g) {
        return sign * (p[0] * image->generators[2 * g] + p[1] * image->generators[2 * g + 1]);
      };
      sides_.clear();
      for (std::size_t g = 0; g < image->middle.size(); ++g) sides_.push_back(along(g));
      if (!sides_.empty()) {
        const Frame frame{static_cast<int>(sides_.size()), image->middle.data(), image->half.data()};
        farthest_in_ball(image->ball, frame, sides_.data(), -1.0, point_);
      }
      for (std::size_t g = 0; g < generators; ++g) {
        const double t = g < sides_.size() ? point_[g] : along(g) > 0.0 ? -1.0 : 1.0;
        for (std::size_t o = 0; o < 2; ++o) s[o] += sign * t * image->generators[2 * g + o];
      }
      for (std::size_t o = 0; o < 2; ++o) s[o] -= std::copysign(image->remainder[o], p[o]);
    }
    if (p[0] * s[0] + p[1] * s[1] > 0.0 && gap_along_rounded(x, y)) return true;
    const double angle = std::atan2(s[1], s[0]);
    const double turn = count == 0 ? angle : std::remainder(angle - middle, 2.0 * pi);
    const double low = count == 0 ? turn - 0.5 * pi : std::max(-width, turn - 0.5 * pi);
    const double high = count == 0 ? turn + 0.5 * pi : std::min(width, turn + 0.5 * pi);
    if (!(low < high)) return false;
    middle += 0.5 * low + 0.5 * high;
    width = 0.5 * high - 0.5 * low;
    p[0] = std::cos(middle);
    p[1] = std::sin(middle);
  }
  return false;
}

bool Separation::gap_along_some(const Image& x, const Image& y) {
  const std::size_t m = x.value.size();
  double* const p = candidate_.data();
  if (m == 2) {
    // In the plane a zonotope is separated by a normal of one of its sides, if by anything.
    for (const Image* image : {&x, &y}) {
      for (std::size_t g = 0; g < image->generators.size(); g += 2) {
        p[0] = -image->generators[g + 1];
        p[1] = image->generators[g];
        if (gap_along_rounded(x, y)) return true;
      }
    }
    return (!x.middle.empty() || !y.middle.empty()) && gap_by_points(x, y);
  }
  for (std::size_t o = 0; o < m; ++o) p[o] = x.value[o] - y.value[o];
  // Iteratively reweighted least squares towards the functional with the smallest spread for a given difference.
  matrix_.resize(m * (m + 1));
  for (int iteration = 0; iteration < 4; ++iteration) {
    std::vector<double>& a = matrix_;
    std::fill(a.begin(), a.end(), 0.0);
    for (const Image* image : {&x, &y}) {
      for (std::size_t g = 0; g < image->generators.size(); g += m) {
        const double* const generator = image->generators.data() + g;
        double along = 0.0;
        double length = 0.0;
        for (std::size_t o = 0; o < m; ++o) {
          along += p[o] * generator[o];
          length += std::abs(p[o] * generator[o]);
        }
        const double weight = iteration == 0 ? 1.0 : 1.0 / (std::abs(along) + 1e-3 * length + 1e-300);
        for (std::size_t o = 0; o < m; ++o) {
          for (std::size_t q = 0; q < m; ++q) a[o * (m + 1) + q] += weight * generator[o] * generator[q];
        }
      }
    }
    for (std::size_t o = 0; o < m; ++o) {
      const double r = x.remainder[o] + y.remainder[o];
      a[o * (m + 1) + o] +=
          (iteration == 0 ? r * r : r / (std::abs(p[o]) + 1e-12)) + 1e-12 * a[o * (m + 1) + o] + 1e-300;
      a[o * (m + 1) + m] = x.value[o] - y.value[o];
    }
    // Gaussian elimination without pivoting: the matrix is positive definite up to rounding.
    for (std::size_t c = 0; c < m; ++c) {
      const double pivot = a[c * (m + 1) + c];
      for (std::size_t o = c + 1; o < m; ++o) {
        const double factor = a[o * (m + 1) + c] / pivot;
        for (std::size_t q = c; q <= m; ++q) a[o * (m + 1) + q] -= factor * a[c * (m + 1) + q];
      }
    }
    for (std::size_t c = m; c-- > 0;) {
      double sum = a[c * (m + 1) + m];
      for (std::size_t q = c + 1; q < m; ++q) sum -= a[c * (m + 1) + q] * p[q];
      p[c] = sum / a[c * (m + 1) + c];
    }
    if (gap_along_rounded(x, y)) return true;
  }
  return false;
}

std::vector<double> Separation::functional() const {
  std::vector<double> functional = direction_;
  for (std::size_t o = 0; o < functional.size(); ++o) {
    functional[o] = std::ldexp(functional[o], static_cast<int>(exponent_[o]));
  }
  return functional;
}

}  // namespace foldproof
