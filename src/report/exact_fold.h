// J0 in a window of the plane, exactly, for pictures.
#pragma once

#include <optional>
#include <vector>

#include "foldproof/foldproof.h"
#include "report/region.h"

namespace foldproof {

/// The segments of J0 in the box origin + window, relative to the origin; nothing if they would be too many or take too
/// long. @pre two inputs, two outputs
std::optional<std::vector<std::array<Point, 2>>> exact_fold(const Model& model, const Vector& origin,
                                                            const Window& window);

}  // namespace foldproof
