// Networks small enough to solve by hand, with the answers the engine would give.
#pragma once

#include "foldproof/foldproof.h"

namespace foldproof::examples {

struct Example {
  Model model;
  Answer answer;
};

/// f(x) = x up to 1, then 2 - x: around 0 injective up to 1, and 1 - t meets 1 + t.
Example tent();
/// f(x, y) = (|x|, y + x): around (1, 0) folds at x = 0.
Example crease();
/// crease with a third input carried along, f(x, y, z) = (|x|, y + x, z): around (1, 0, 0).
Example crease_3d();
/// crease, asked on the box [1/2, 2] x [-1, 1] (proved).
Example crease_on_a_box();
/// f(x) = |x| around its fold: upper = 0.
Example fold_at_centre();
/// crease or, with three inputs, crease_3d around (0, 2) or (0, 2, 0): upper = 0, the pair at x = +-1/`apart`.
Example fold_through_centre(int inputs, long apart);
/// Width x width ReLU neurons, two inputs and outputs, pseudo-random weights; no witness.
Example wide(int width);

}  // namespace foldproof::examples
