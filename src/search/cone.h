// The leaf `k` of a points cover: a box where f is a cone map around a known preimage in it (docs/certificate.md, 4.3).
#pragma once

#include <functional>
#include <string>

#include "search/control.h"
#include "search/point_test.h"

namespace foldproof {

struct ConeTip {
  int number;                      // of the point in the proof
  const PointPhases& phases;       // at the tip
  const std::vector<Rational>& u;  // the tip, relative to the centre
};

/// The lines of the leaf: `k`, then the trees of the faces that do not hold the tip. Empty if some part of a face could
/// not be told from the value. @pre The tip lies in the box; the neurons of `net` that are undecided on the box are 0
/// there. `stalled` is told the boxes that are cut; it returns false to give up.
std::string cone_lines(PointTest& test, const RegionNetwork& net, const Box& box, const Image& target,
                       const ConeTip& tip, Control& control, const std::function<bool(const Box&)>& stalled);

}  // namespace foldproof
