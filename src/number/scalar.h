// Two words that every room uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace foldproof {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The index of a container's entry. @pre i >= 0
inline std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace foldproof
