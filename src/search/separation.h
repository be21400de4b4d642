// Can the images of two boxes be told apart by a linear functional?
#pragma once

#include <vector>

#include "bounds/region_network.h"

namespace foldproof {

/// A zonotope that encloses the image of a box: value + sum_g generator_g e_g +- remainder, |e_g| <= 1. The first n
/// generators belong to the sides of the box: its points are middle + half e. If it sticks out of its ball, that of
/// these e matter only those in the ball.
struct Image {
  std::vector<double> value, generators, remainder;  // m, generators x m, m
  Ball ball = {};
  std::vector<double> middle, half;  // n each; none if there is no ball
  double size = 0.0;                 // longest half side of its bounding box
};

/// The image of the box that was enclosed last.
Image image_of(const Bounder& form, const Box& box, int outputs);

class Separation {
 public:
  /// Rows and exponents as in `root`. `margin`: how far, relatively, a functional must stay from failing.
  Separation(const RegionNetwork& root, double margin);

  /// p . f(x) > p . f(y) (or <) on the whole pair, proved: 'm' for the difference of the middles, as another program's
  /// enclosures would have it; 'f' for functional(); 0 if no functional was found. `explicitly`: 'f' in place of 'm',
  /// which holds on parts of the boxes too.
  char run(const Image& x, const Image& y, bool explicitly = false);
  /// The same for a single point y: 'v' for one output, which `output` then names; 'f' for functional(); 0 if nothing
  /// was found.
  char run_point(const Image& x, const Image& y, int& output);
  /// The functional that gave 'f', for the outputs as they are.
  std::vector<double> functional() const;

 private:
  bool gap_along(const double* direction, const Image& x, const Image& y);
  bool gap_along_rounded(const Image& x, const Image& y);
  bool gap_along_some(const Image& x, const Image& y);
  bool gap_by_points(const Image& x, const Image& y);

  double margin_;
  std::vector<long> exponent_;  // of the outputs
  bool outputs_comparable_ = true;
  std::vector<double> direction_, candidate_, matrix_, sides_, point_;
};

}  // namespace foldproof
