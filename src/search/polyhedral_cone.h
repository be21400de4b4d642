// The cone { w : row . w >= 0 for all rows }, exactly, for few rows and few dimensions.
#pragma once

#include <optional>
#include <vector>

#include "number/rational.h"

namespace foldproof {

/// A nonzero w of the cone; nothing if there is none, or too many rows to tell. @pre dimension >= 1
std::optional<std::vector<Rational>> ray_of_cone(const std::vector<std::vector<Rational>>& rows, std::size_t dimension);

/// y >= 0 with sum y_j row_j = 0 such that the rows with y_j > 0 span the space: then the cone is { 0 }. Nothing if
/// there is none, or too many rows to tell.
std::optional<std::vector<Rational>> positive_dependence(const std::vector<std::vector<Rational>>& rows,
                                                         std::size_t dimension);

}  // namespace foldproof
