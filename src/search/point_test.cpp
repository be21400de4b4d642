#include "search/point_test.h"

#include <algorithm>

#include "model/evaluate.h"
#include "number/rounding.h"
#include "number/scalar.h"
#include "search/axis.h"
#include "search/budgets.h"

namespace foldproof {

namespace {}  // namespace

Image target_of(const RegionNetwork& root, const std::vector<Rational>& value) {
  Image image;
  for (int o = 0; o < root.outputs(); ++o) {
    const Rational y = value[at(o)].times_power_of_two(root.exponent(root.neurons() + o));
    const double nearest = y.nearest_double();
    image.value.push_back(nearest);
    image.remainder.push_back(std::max(round_up(y.upper_double() - nearest), round_up(nearest - y.lower_double())));
  }
  return image;
}

PointPhases phases_at(const Network& network, const RegionNetwork& root, const std::vector<Rational>& x) {
  PointPhases result;
  const std::vector<Rational> z = evaluate(network, x).pre_activation;
  for (int p = 0; p < root.neurons(); ++p) {
    const Rational scaled = z[at(p)].times_power_of_two(root.exponent(p));
    result.lower.push_back(scaled.lower_double());
    result.upper.push_back(scaled.upper_double());
    result.zero.push_back(scaled.is_zero());
  }
  return result;
}

void PointTest::enclose(const RegionNetwork& net, const Box& box) {
  bounder_.enclose(net, box);
  image_ = image_of(bounder_, box, net.outputs());
}

std::string PointTest::apart(const Image& image, const Image& target) {
  int output = 0;
  const char how = separation_.run_point(image, target, output);
  if (how == 'v') return "v " + std::to_string(output);
  std::string line;
  if (how == 'f') {
    line = "f";
    for (const double entry : separation_.functional()) line += ' ' + canonical(entry);
  }
  return line;
}

bool PointTest::secant(const RegionNetwork& net, const PointPhases& point) {
  range_.resize(at(net.neurons()));
  for (int p = 0; p < net.neurons(); ++p) {
    const std::size_t original = at(net.original(p));
    range_[at(p)] = slope_range(bounder_.lower(p), bounder_.upper(p), point.lower[original], point.upper[original]);
  }
  bounder_.slopes(net, range_, slopes_);
  return full_rank();
}

std::shared_ptr<const RegionNetwork> PointTest::joint(const std::shared_ptr<const RegionNetwork>& net) {
  std::vector<Phase> phase(range_.size(), Phase::unstable);
  std::size_t undecided = 0;
  for (std::size_t p = 0; p < range_.size(); ++p) {
    if (range_[p].lower == 1.0) {
      phase[p] = Phase::active;
    } else if (range_[p].upper == 0.0) {
      phase[p] = Phase::inactive;
    } else {
      ++undecided;
    }
  }
  const bool worth_it = undecided * 10 <= range_.size() * 7 && net->weight_error() < 1e-10;
  return worth_it ? bounder_.restrict(*net, phase) : net;
}

bool PointTest::injective(const RegionNetwork& net) {
  bounder_.slopes(net, slopes_);
  return full_rank();
}

bool PointTest::full_rank() {
  influence_.assign(at(slopes_.k), 1.0);
  if (test_.run(slopes_, {}, slope_node_budget)) return true;
  if (slopes_.m < slopes_.n) return false;
  influence_ = test_.influence();
  return false;
}

int PointTest::axis(const Box& box) { return axis_of_influence(bounder_, slopes_, influence_, box, score_); }

}  // namespace foldproof
