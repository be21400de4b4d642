#include "report/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "number/rational.h"
#include "number/scalar.h"
#include "report/exact_fold.h"
#include "report/graph_view.h"
#include "report/leaf_boxes.h"
#include "report/plane_view.h"
#include "report/region.h"

namespace foldproof {

namespace {

constexpr double kStretch = 1.5, kBoxStretch = 1.25;

/// y - x from the exact texts: the pair may be closer than doubles tell.
Vector exact_difference(const Witness& witness) {
  Vector d;
  for (std::size_t i = 0; i < witness.x.size(); ++i) {
    const auto x = Rational::parse(witness.x_exact[i]), y = Rational::parse(witness.y_exact[i]);
    d.push_back(x && y ? (*y - *x).nearest_double() : witness.y[i] - witness.x[i]);
  }
  return d;
}

double max_abs(const Vector& a) {
  double largest = 0;
  for (const double x : a) largest = std::max(largest, std::abs(x));
  return largest;
}

Vector minus(Vector a, const Vector& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

Vector axis(std::size_t n, std::size_t i) {
  Vector e(n, 0.0);
  e[i] = 1.0;
  return e;
}

/// The unit vector along a with its part along the unit vector `without` taken off; nothing if little is left.
std::optional<Vector> direction(Vector a, const Vector* without = nullptr) {
  constexpr double kIndependent = 1e-6;
  const double before = std::sqrt(dot(a, a));
  if (without != nullptr) {
    const double along = dot(a, *without);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] -= along * (*without)[i];
  }
  const double length = std::sqrt(dot(a, a));
  if (!(length > kIndependent * before) || length == 0) return std::nullopt;
  for (double& x : a) x /= length;
  return a;
}

/// A window around points, stretched about its middle.
Window window_around(const std::vector<Point>& points, double stretch) {
  Window window{{INFINITY, -INFINITY}, {INFINITY, -INFINITY}};
  const auto widen = [](Point& range, double value) { range = {std::min(range[0], value), std::max(range[1], value)}; };
  for (const Point& point : points) {
    widen(window.s, point[0]);
    widen(window.t, point[1]);
  }
  for (Point* const range : {&window.s, &window.t}) {
    const double middle = ((*range)[0] + (*range)[1]) / 2, half = stretch * ((*range)[1] - (*range)[0]) / 2;
    *range = {middle - half, middle + half};
  }
  return window;
}

class PictureMaker {
 public:
  PictureMaker(const Model& model, const Answer& answer)
      : model_(model), answer_(answer), n_(at(model.inputs())), f_(model.network()), region_(answer) {
    const double at_center = f_.determinant(region_.center());
    inside_ = (at_center > 0) - (at_center < 0);
    if (answer.witness) difference_ = exact_difference(*answer.witness);
  }

  Json plane() {
    const std::vector<Point> sides = region_.bounding_box(stretch());
    ViewRequest main =
        request("plane", {Vector(2, 0.0), axis(2, 0), axis(2, 1)}, {sides[0], sides[1]}, {"input 0", "input 1"});
    const auto to_point = [](const Vector& x) { return Point{x[0], x[1]}; };
    main.center = to_point(region_.center());
    if (answer_.witness) {
      main.x = to_point(answer_.witness->x);
      main.y = to_point(answer_.witness->y);
    }
    main.image_origin = {0, 0};
    main.fold = exact_fold(model_, main.plane.origin, main.window);
    ask_determinants(main, kPlaneSide, 0.4);
    ask_image(main, kLines, 0.3);
    views_.push_back(view(main));
    views_.back()["boxes"] = leaf_boxes(answer_, region_, {0, 1}, notes_);
    zoom(main, true);
    return finished("plane", nullptr);
  }

  Json slices() {
    axes_slice();
    if (answer_.witness) witness_slice();
    return finished("slices", answer_.witness ? line() : Json());
  }

 private:
  static constexpr int kPlaneSide = 161, kSliceSide = 101, kZoomSide = 61;
  static constexpr int kLines = 33, kZoomLines = 17, kSamplesPerLine = 65;

  double stretch() const { return region_.is_box() ? kBoxStretch : kStretch; }

  ViewRequest request(std::string role, Plane plane, Window window, std::array<std::string, 2> labels) const {
    ViewRequest result;
    result.role = std::move(role);
    result.plane = std::move(plane);
    result.window = window;
    result.labels = std::move(labels);
    result.inside = inside_;
    return result;
  }

  Json view(const ViewRequest& wanted) { return plane_view(f_, region_, wanted); }

  void ask_determinants(ViewRequest& wanted, int side, double share) {
    constexpr int kFewest = 25;
    const int affordable = static_cast<int>(std::sqrt(f_.determinants_within(share)));
    wanted.determinant_side = std::clamp(affordable, kFewest, side);
    if (wanted.determinant_side < side) {
      notes_.insert(fmt::format("determinant samples: {0} x {0} instead of {1} x {1}, because the network is wide",
                                wanted.determinant_side, side));
    }
  }

  void ask_image(ViewRequest& wanted, int lines, double share) {
    constexpr int kFewest = 9;
    wanted.image_samples = kSamplesPerLine;
    wanted.image_lines = std::clamp(f_.values_within(share) / (2 * kSamplesPerLine), kFewest, lines);
    if (wanted.image_lines < lines) {
      notes_.insert(fmt::format("grid lines: {} instead of {} per direction, because the network is wide",
                                wanted.image_lines, lines));
    }
  }

  /// A second view on the pair, if it is too close together to be told apart in the first.
  void zoom(const ViewRequest& main, bool with_image) {
    constexpr double kVisible = 0.15, kDigitsLeft = 1e-10, kMargin = 2;
    if (!answer_.witness || !main.x) return;
    const Point d{dot(difference_, main.plane.u), dot(difference_, main.plane.v)};
    const double apart = std::max(std::abs(d[0]), std::abs(d[1]));
    const Vector& x = answer_.witness->x;
    if (apart > kVisible * (main.window.s[1] - main.window.s[0]) || apart < kDigitsLeft * std::max(1.0, max_abs(x))) {
      return;
    }
    const auto range = [&](double middle) { return Point{middle - kMargin * apart, middle + kMargin * apart}; };
    ViewRequest close = request("zoom", {x, main.plane.u, main.plane.v}, {range(d[0] / 2), range(d[1] / 2)},
                                {main.labels[0] + " minus that of x", main.labels[1] + " minus that of x"});
    close.x = Point{0, 0};
    close.y = d;
    ask_determinants(close, kZoomSide, 0.15);
    if (n_ == 2) close.fold = exact_fold(model_, close.plane.origin, close.window);
    if (with_image) {
      close.image_origin = f_.value(x);
      ask_image(close, kZoomLines, 0.1);
    }
    views_.push_back(view(close));
  }

  void axes_slice() {
    std::array<std::size_t, 2> axes{0, 1};
    if (!difference_.empty()) {
      std::vector<std::size_t> order(n_);
      for (std::size_t i = 0; i < n_; ++i) order[i] = i;
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::abs(difference_[a]) > std::abs(difference_[b]);
      });
      axes = {std::min(order[0], order[1]), std::max(order[0], order[1])};
    }
    Plane plane{region_.center(), axis(n_, axes[0]), axis(n_, axes[1])};
    plane.origin[axes[0]] = plane.origin[axes[1]] = 0;
    const std::vector<Point> sides = region_.bounding_box(stretch());
    ViewRequest wanted = request("axes", plane, {sides[axes[0]], sides[axes[1]]},
                                 {fmt::format("input {}", axes[0]), fmt::format("input {}", axes[1])});
    wanted.center = Point{region_.center()[axes[0]], region_.center()[axes[1]]};
    ask_determinants(wanted, kSliceSide, 0.3);
    views_.push_back(view(wanted));
    views_.back()["boxes"] = leaf_boxes(answer_, region_, {axes[0], axes[1]}, notes_);
  }

  /// The plane of the centre, x and y; if these are on one line, with the axis that leaves it most.
  void witness_slice() {
    const Vector from_center = minus(answer_.witness->x, region_.center());
    const std::optional<Vector> radial = direction(from_center);
    const Vector u = radial ? *radial : direction(difference_).value_or(axis(n_, 0));
    std::optional<Vector> v = direction(difference_, &u);
    std::size_t least = 0;
    for (std::size_t i = 1; i < n_; ++i) {
      if (std::abs(u[i]) < std::abs(u[least])) least = i;
    }
    if (!v) v = direction(axis(n_, least), &u);
    const Plane plane{region_.center(), u, *v};

    const auto place = [&](const Vector& d) { return Point{dot(d, plane.u), dot(d, plane.v)}; };
    const Point x = place(from_center), dy = place(difference_);
    std::vector<Point> shown = region_.outline(plane, region_.extent());
    shown.insert(shown.end(), {Point{0, 0}, x, Point{x[0] + dy[0], x[1] + dy[1]}});
    ViewRequest wanted = request("witness", plane, window_around(shown, stretch()),
                                 {"from the centre towards x", "across, in the direction of y - x"});
    wanted.center = Point{0, 0};
    wanted.x = x;
    wanted.y = Point{x[0] + dy[0], x[1] + dy[1]};
    ask_determinants(wanted, kSliceSide, 0.3);
    views_.push_back(view(wanted));
    zoom(wanted, false);
  }

  /// The outputs along the line through x and y: all of them come back to the same value.
  Json line() const {
    constexpr int kSamples = 181;
    constexpr double kFrom = -0.5, kTo = 1.5;
    const Vector& x = answer_.witness->x;
    const Vector start = f_.value(x);
    Vector places;
    std::vector<Vector> outputs(start.size());
    for (int k = 0; k < kSamples; ++k) {
      const double t = kFrom + (kTo - kFrom) * k / (kSamples - 1);
      Vector point = x;
      for (std::size_t i = 0; i < n_; ++i) point[i] += t * difference_[i];
      const Vector value = f_.value(point);
      for (std::size_t i = 0; i < value.size(); ++i) outputs[i].push_back(value[i] - start[i]);
      places.push_back(t);
    }
    const Rounding rounded_place(kTo - kFrom);
    Json curves = Json::array(), ts = Json::array();
    for (const double t : places) ts.push_back(rounded_place(t));
    for (const Vector& output : outputs) {
      const Rounding rounded(max_abs(output));
      Json curve = Json::array();
      for (const double value : output) curve.push_back(rounded(value));
      curves.push_back(std::move(curve));
    }
    return {{"t", std::move(ts)}, {"outputs", std::move(curves)}};
  }

  Json finished(const char* kind, Json line) const {
    return {{"kind", kind}, {"views", views_}, {"line", std::move(line)}, {"thinned", Json(notes_)}};
  }

  const Model& model_;
  const Answer& answer_;
  std::size_t n_;
  Sampler f_;
  Region region_;
  int inside_ = 0;
  Vector difference_;  // y - x
  Json views_ = Json::array();
  std::set<std::string> notes_;
};

}  // namespace

Json picture(const Model& model, const Answer& answer) {
  const Network& network = model.network();
  if (network.inputs != network.output_count() || network.inputs == 0) return nullptr;
  if (network.inputs == 1) return graph_view(network, answer);
  PictureMaker maker(model, answer);
  return network.inputs == 2 ? maker.plane() : maker.slices();
}

}  // namespace foldproof
