// Claim: no point of the faces that do not hold the tip reaches the value. Along a ray from the tip p the box's piece
// of f is f(p + t d) = f(p) + t (f(p + d) - f(p)), and every ray leaves the box through one of these faces; so p is the
// only preimage in the box.
#include "search/cone.h"

#include "number/scalar.h"

namespace foldproof {

namespace {

constexpr int most_face_boxes = 200000;

class Faces {
 public:
  Faces(PointTest& test, const RegionNetwork& net, const Image& target, const ConeTip& tip, Control& control,
        const std::function<bool(const Box&)>& stalled)
      : test_(test), net_(net), target_(target), tip_(tip), control_(control), stalled_(stalled) {}

  bool tree(const Box& box, std::string& text) {
    if (--left_ < 0 || control_.should_stop()) return false;
    control_.regions.fetch_add(1, std::memory_order_relaxed);
    test_.enclose(net_, box);
    std::string line = test_.apart(target_);
    if (line.empty() && test_.secant(net_, tip_.phases)) line = "t " + std::to_string(tip_.number);
    if (!line.empty()) {
      text += '\n' + line;
      return true;
    }
    int axis = 0;
    for (int i = 1; i < box.size(); ++i) {
      if (box.width(i) > box.width(axis)) axis = i;
    }
    const double where = 0.5 * box.lower[at(axis)] + 0.5 * box.upper[at(axis)];
    if (!stalled_(box) || !(where > box.lower[at(axis)] && where < box.upper[at(axis)])) return false;
    text += "\ns " + std::to_string(axis) + ' ' + canonical(where);
    for (const bool upper : {false, true}) {
      Box half = box;
      (upper ? half.lower : half.upper)[at(axis)] = where;
      if (!tree(half, text)) return false;
    }
    return true;
  }

 private:
  PointTest& test_;
  const RegionNetwork& net_;
  const Image& target_;
  const ConeTip& tip_;
  Control& control_;
  const std::function<bool(const Box&)>& stalled_;
  int left_ = most_face_boxes;
};

}  // namespace

std::string cone_lines(PointTest& test, const RegionNetwork& net, const Box& box, const Image& target,
                       const ConeTip& tip, Control& control, const std::function<bool(const Box&)>& stalled) {
  Faces faces(test, net, target, tip, control, stalled);
  std::string text = "k " + std::to_string(tip.number);
  for (std::size_t i = 0; i < box.lower.size(); ++i) {
    for (const bool upper : {false, true}) {
      const double side = upper ? box.upper[i] : box.lower[i];
      if (tip.u[i] == Rational::from_double(side)) continue;
      Box face = box;
      (upper ? face.lower : face.upper)[i] = side;
      if (!faces.tree(face, text)) return {};
    }
  }
  return text;
}

}  // namespace foldproof
