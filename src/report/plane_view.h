// One panel of the picture: what happens on a window of a plane in the input space.
#pragma once

#include <optional>
#include <string>

#include "model/sampler.h"
#include "report/region.h"

namespace foldproof {

/// Signs of the determinant on a grid of a window, and where the sign of the centre ends.
class DeterminantField {
 public:
  /// @param side samples per direction; @param inside the sign whose region the fold bounds (0: the positive);
  /// @param with_fold whether it is traced
  DeterminantField(const Sampler& f, const Plane& plane, const Window& window, int side, int inside,
                   bool with_fold = true);

  int side() const { return side_; }
  /// Row by row (t upwards): sign times size in thousandths of a large value of the window; 0 only if it is 0.
  Json scaled() const;
  /// Segments {from, to} between neighbouring sign regions, located by bisection between the samples.
  const std::vector<std::array<Point, 2>>& fold() const { return fold_; }

 private:
  double parameter(const Point& range, int i) const;
  bool is_inside(double determinant) const;
  Point crossing(Point from, Point to, bool from_inside) const;
  void trace_fold();

  const Sampler& f_;
  const Plane& plane_;
  Window window_;
  int side_, inside_;
  Vector determinant_;
  std::vector<std::array<Point, 2>> fold_;
};

struct ViewRequest {
  std::string role;  // "plane" | "zoom" | "axes" | "witness"
  Plane plane;
  Window window;
  std::array<std::string, 2> labels;
  int inside = 0;            // sign of the determinant at the centre
  int determinant_side = 0;  // samples per direction
  int image_lines = 0;       // lines of the grid per direction; 0: no image
  int image_samples = 0;     // samples per line
  Vector image_origin;       // subtracted from outputs, so that small differences stay visible
  std::optional<Point> center, x, y;
  std::optional<std::vector<std::array<Point, 2>>> fold;  // exact; otherwise it is traced between the samples
};

/// The view as JSON: window, determinant samples, fold, outlines of the region, points and image.
Json plane_view(const Sampler& f, const Region& region, const ViewRequest& request);

}  // namespace foldproof
