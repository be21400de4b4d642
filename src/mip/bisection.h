// The largest ball on which a mixed-integer program finds no pair, by bisection on its radius as published.
//
// Every claim made from here is "according to the MILP": the solver works in floating point, calls rows satisfied that
// hold up to 1e-6, and an optimum below the threshold counts as none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "foldproof/foldproof.h"
#include "mip/separation.h"
#include "search/control.h"

namespace foldproof {

struct BisectionSettings {
  double start;      ///< the first radius asked about
  double threshold;  ///< an optimum up to this counts as none
  double gap;        ///< stop when (upper - lower) / upper <= gap
  BigM big_m;
};

struct Bisection {
  bool closed = false;
  double lower = 0;               ///< no pair on this ball
  std::optional<double> upper;    ///< a pair on this one
  std::vector<double> x, y;       ///< that pair; y is the centre in Problem 2
  double distance = 0;            ///< the objective at it
  std::vector<MipStep> programs;  ///< all that were asked, in order
};

Bisection bisect(const SeparationQuestion& question, const BisectionSettings& settings, Control& control);

}  // namespace foldproof
