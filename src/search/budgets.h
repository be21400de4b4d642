// How far a search goes before it does something else; what several of its files agree on.
#pragma once

namespace foldproof {

/// Boxes narrower than target * 2^-level are left.
inline constexpr int finest_level = 46;
/// Nodes of one slope test.
inline constexpr int slope_node_budget = 40;
/// Neurons of a box whose linear pieces are walked, each exactly.
inline constexpr int most_unstable_in_cells = 12;
/// What floating point takes for 0 before it is asked exactly, in units of the box.
inline constexpr double nearly_zero = 1e-9;

}  // namespace foldproof
