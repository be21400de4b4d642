#include "report/plane_view.h"

#include <algorithm>
#include <cmath>

#include "number/scalar.h"

namespace foldproof {

namespace {

constexpr int kBisections = 10;  // places the fold to a thousandth of a sample's distance

int sign(double x) { return (x > 0) - (x < 0); }

Json segments_json(const std::vector<std::array<Point, 2>>& segments, const Rounding& rounded) {
  Json result = Json::array();
  for (const auto& [from, to] : segments) {
    result.push_back(Json::array({rounded(from[0]), rounded(from[1]), rounded(to[0]), rounded(to[1])}));
  }
  return result;
}

/// f on the plane, as a point of the output plane. @pre two outputs
Point image_of(const Sampler& f, const Plane& plane, const Vector& origin, const Point& p) {
  const Vector value = f.value(plane.at(p[0], p[1]));
  return {value[0] - origin[0], value[1] - origin[1]};
}

using Line = std::vector<Point>;

/// Lines of constant t, then of constant s, over the window.
std::vector<Line> grid_lines(const ViewRequest& request) {
  const auto between = [](const Point& range, int i, int count) {
    return range[0] + (range[1] - range[0]) * i / (count - 1);
  };
  std::vector<Line> lines;
  for (const bool along_s : {true, false}) {
    for (int i = 0; i < request.image_lines; ++i) {
      Line line;
      for (int k = 0; k < request.image_samples; ++k) {
        const int is = along_s ? k : i, it = along_s ? i : k;
        line.push_back({between(request.window.s, is, along_s ? request.image_samples : request.image_lines),
                        between(request.window.t, it, along_s ? request.image_lines : request.image_samples)});
      }
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

/// The closed polygon with points added on its sides, so that its image can bend.
Line refined(const Line& polygon) {
  constexpr std::size_t kPoints = 400;
  if (polygon.empty()) return {};
  const std::size_t steps = std::max<std::size_t>(1, kPoints / polygon.size());
  Line result;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point& p = polygon[i];
    const Point& q = polygon[(i + 1) % polygon.size()];
    for (std::size_t k = 0; k < steps; ++k) {
      const double share = static_cast<double>(k) / static_cast<double>(steps);
      result.push_back({p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])});
    }
  }
  result.push_back(polygon.front());
  return result;
}

struct Outlines {
  Line lower, upper;
};

Json image_json(const Sampler& f, const ViewRequest& request, const Outlines& outlines,
                const std::vector<std::array<Point, 2>>& fold) {
  const auto image = [&](const Point& p) { return image_of(f, request.plane, request.image_origin, p); };
  const auto image_line = [&](const Line& line) {
    Line result;
    for (const Point& p : line) result.push_back(image(p));
    return result;
  };
  std::vector<Line> lines;
  double low = INFINITY, high = -INFINITY;
  for (const Line& line : grid_lines(request)) {
    lines.push_back(image_line(line));
    for (const Point& p : lines.back()) {
      low = std::min({low, p[0], p[1]});
      high = std::max({high, p[0], p[1]});
    }
  }
  const Rounding rounded(high - low);
  Json grid = Json::array();
  for (const Line& line : lines) grid.push_back(rounded(line));
  std::vector<std::array<Point, 2>> fold_image;
  for (const auto& [from, to] : fold) fold_image.push_back({image(from), image(to)});
  return {{"origin", Json(request.image_origin)},
          {"samples", request.image_samples},
          {"lines", std::move(grid)},
          {"lower", rounded(image_line(refined(outlines.lower)))},
          {"upper", rounded(image_line(refined(outlines.upper)))},
          {"fold", segments_json(fold_image, rounded)},
          {"center", request.center ? rounded(image(*request.center)) : Json()},
          {"common", request.x ? rounded(image(*request.x)) : Json()}};
}

Json point_json(const std::optional<Point>& point, const Window& window, const Rounding& rounded) {
  return point && window.contains(*point) ? rounded(*point) : Json();
}

}  // namespace

DeterminantField::DeterminantField(const Sampler& f, const Plane& plane, const Window& window, int side, int inside,
                                   bool with_fold)
    : f_(f), plane_(plane), window_(window), side_(side), inside_(inside == 0 ? 1 : inside) {
  for (int j = 0; j < side_; ++j) {
    for (int i = 0; i < side_; ++i) {
      determinant_.push_back(f_.determinant(plane_.at(parameter(window_.s, i), parameter(window_.t, j))));
    }
  }
  if (with_fold) trace_fold();
}

double DeterminantField::parameter(const Point& range, int i) const {
  return range[0] + (range[1] - range[0]) * i / (side_ - 1);
}

bool DeterminantField::is_inside(double determinant) const { return sign(determinant) == inside_; }

Json DeterminantField::scaled() const {
  constexpr double kThousandths = 1000, kLarge = 0.95;
  Vector sizes;
  for (const double det : determinant_) {
    if (det != 0 && std::isfinite(det)) sizes.push_back(std::abs(det));
  }
  double large = 1;
  if (!sizes.empty()) {
    const auto place = sizes.begin() + static_cast<std::ptrdiff_t>(kLarge * static_cast<double>(sizes.size() - 1));
    std::nth_element(sizes.begin(), place, sizes.end());
    large = *place;
  }
  Json rows = Json::array();
  for (int j = 0; j < side_; ++j) {
    Json row = Json::array();
    for (int i = 0; i < side_; ++i) {
      const double det = determinant_[at(j) * at(side_) + at(i)];
      const double size = std::clamp(std::round(kThousandths * std::abs(det) / large), 1.0, kThousandths);
      row.push_back(sign(det) * static_cast<int>(size));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Point DeterminantField::crossing(Point from, Point to, bool from_inside) const {
  for (int k = 0; k < kBisections; ++k) {
    const Point middle{(from[0] + to[0]) / 2, (from[1] + to[1]) / 2};
    const bool inside = is_inside(f_.determinant(plane_.at(middle[0], middle[1])));
    (inside == from_inside ? from : to) = middle;
  }
  return {(from[0] + to[0]) / 2, (from[1] + to[1]) / 2};
}

void DeterminantField::trace_fold() {
  const auto inside_at = [&](int i, int j) { return is_inside(determinant_[at(j) * at(side_) + at(i)]); };
  const auto node = [&](int i, int j) { return Point{parameter(window_.s, i), parameter(window_.t, j)}; };
  std::vector<std::optional<Point>> across(at(side_) * at(side_)), upwards(at(side_) * at(side_));
  for (int j = 0; j < side_; ++j) {
    for (int i = 0; i < side_; ++i) {
      const bool here = inside_at(i, j);
      const std::size_t k = at(j) * at(side_) + at(i);
      if (i + 1 < side_ && inside_at(i + 1, j) != here) across[k] = crossing(node(i, j), node(i + 1, j), here);
      if (j + 1 < side_ && inside_at(i, j + 1) != here) upwards[k] = crossing(node(i, j), node(i, j + 1), here);
    }
  }
  for (int j = 0; j + 1 < side_; ++j) {
    for (int i = 0; i + 1 < side_; ++i) {
      const std::size_t k = at(j) * at(side_) + at(i);
      std::vector<Point> found;
      for (const auto& edge : {across[k], upwards[k + 1], across[k + at(side_)], upwards[k]}) {
        if (edge) found.push_back(*edge);
      }
      for (std::size_t f = 0; f + 1 < found.size(); f += 2) fold_.push_back({found[f], found[f + 1]});
    }
  }
}

Json plane_view(const Sampler& f, const Region& region, const ViewRequest& request) {
  const Window& window = request.window;
  const DeterminantField field(f, request.plane, window, request.determinant_side, request.inside, !request.fold);
  const auto& fold = request.fold ? *request.fold : field.fold();
  const Rounding rounded(std::max(window.s[1] - window.s[0], window.t[1] - window.t[0]));
  Outlines outlines;
  if (region.is_box()) {
    outlines.upper = region.outline(request.plane, 0);
  } else {
    if (region.lower()) outlines.lower = region.outline(request.plane, *region.lower());
    if (region.upper()) outlines.upper = region.outline(request.plane, *region.upper());
  }
  const bool with_image = request.image_lines > 0;
  // Close up, the image of an outline bends between its points: it is left out.
  const Outlines image_outlines = request.role == "zoom" ? Outlines{} : outlines;
  return {{"role", request.role},
          {"labels", Json(request.labels)},
          {"origin", Json(request.plane.origin)},
          {"u", Json(request.plane.u)},
          {"v", Json(request.plane.v)},
          {"window", Json::array({rounded(window.s), rounded(window.t)})},
          {"sign", request.inside},
          {"determinant", field.scaled()},
          {"fold", segments_json(fold, rounded)},
          {"exact_fold", request.fold.has_value()},
          {"lower", rounded(outlines.lower)},
          {"upper", rounded(outlines.upper)},
          {"center", point_json(request.center, window, rounded)},
          {"x", point_json(request.x, window, rounded)},
          {"y", point_json(request.y, window, rounded)},
          {"boxes", nullptr},
          {"image", with_image ? image_json(f, request, image_outlines, fold) : Json()}};
}

}  // namespace foldproof
