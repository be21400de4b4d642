// Balls of the maximum, sum and Euclidean norm in linear programs.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "number/norm.h"
#include "search/linear_program.h"

namespace foldproof {

/// Variables t and blocks of n variables v (each given by its first), with t >= |v| for every block.
struct NormBlocks {
  Norm norm;
  std::size_t n, t;
  std::vector<std::size_t> first;
};

/// The rows t >= |v_i|: all that the maximum norm needs, and a start for the others. Before minimise_in_norm().
void add_cube_rows(LinearProgram& program, const NormBlocks& blocks);

/// The half-space that supports the ball of the block at `first` in the direction of v: a good start where the optimum
/// is near v.
void add_cut(LinearProgram& program, const NormBlocks& blocks, std::size_t first, const std::vector<double>& v);

/// Minimises, with t >= |v|: half-spaces that support the ball are added where the optimum lies outside of it, until
/// none is needed (sum norm) or the optimum is as exact as the solver (Euclidean norm). Nothing as soon as it is clear
/// that t > most at the optimum (if t is what is minimised). Proposes, like every solution.
std::optional<LinearProgram::Solution> minimise_in_norm(LinearProgram& program, const NormBlocks& blocks,
                                                        double most = std::numeric_limits<double>::infinity());

}  // namespace foldproof
