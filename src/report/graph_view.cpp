#include "report/graph_view.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "model/sampler.h"
#include "report/leaf_boxes.h"
#include "report/region.h"

namespace foldproof {

namespace {

constexpr double kGraphStretch = 1.6;
constexpr int kSamples = 801;
constexpr int kBreakpointsPerSample = 4;
constexpr int kHalvings = 40;

/// The first place after `left` where the slope is no longer the one at `left`. @pre slopes differ at the ends
double breakpoint(const Sampler& f, double left, double right) {
  const double slope = f.jacobian({left})[0];
  for (int k = 0; k < kHalvings; ++k) {
    const double middle = left + (right - left) / 2;
    (f.jacobian({middle})[0] == slope ? left : right) = middle;
  }
  return right;
}

/// Samples of the window with the breakpoints between them, ascending.
Vector sample_places(const Sampler& f, const Point& window, int samples, int& breakpoints) {
  Vector places;
  const auto place = [&](int i) { return window[0] + (window[1] - window[0]) * i / (samples - 1); };
  for (int i = 0; i < samples; ++i) {
    places.push_back(place(i));
    if (i + 1 == samples) break;
    const double right = place(i + 1), right_slope = f.jacobian({right})[0];
    for (int k = 0; k < kBreakpointsPerSample && f.jacobian({places.back()})[0] != right_slope; ++k) {
      const double found = breakpoint(f, places.back(), right);
      if (found <= places.back() || found >= right) break;
      places.push_back(found);
      ++breakpoints;
    }
  }
  return places;
}

Json interval(const std::optional<double>& radius, double center, const Point& limits) {
  if (!radius) return nullptr;
  return Json::array({std::max(center - *radius, limits[0]), std::min(center + *radius, limits[1])});
}

}  // namespace

Json graph_view(const Network& network, const Answer& answer) {
  const Sampler f(network);
  const Region region(answer);
  const double center = region.center()[0];
  const Point window = region.bounding_box(kGraphStretch)[0], body = region.bounding_box(1)[0];
  const int samples = std::clamp(f.determinants_within(1), kSamples / 8, kSamples);

  int breakpoints = 0;
  const Vector places = sample_places(f, window, samples, breakpoints);
  Json values = Json::array();
  for (const double x : places) values.push_back(finite_or_null(f.value({x})[0]));

  Json pair;
  if (answer.witness) {
    pair = {{"x", answer.witness->x[0]}, {"y", answer.witness->y[0]}, {"f", f.value({answer.witness->x[0]})[0]}};
  }
  std::set<std::string> notes;
  Json boxes = leaf_boxes(answer, region, {0}, notes);
  if (samples < kSamples) notes.insert("the graph is sampled more coarsely, because the network is wide");
  return {{"kind", "graph"},
          {"window", Json(window)},
          {"x", Json(places)},
          {"f", std::move(values)},
          {"breakpoints", breakpoints},
          {"center", Json::array({center, f.value({center})[0]})},
          {"lower", region.is_box() ? Json() : interval(region.lower(), center, body)},
          {"upper", region.is_box() ? Json(body) : interval(region.upper(), center, body)},
          {"pair", std::move(pair)},
          {"boxes", std::move(boxes)},
          {"thinned", Json(notes)}};
}

}  // namespace foldproof
