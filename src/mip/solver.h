// HiGHS on one mixed-integer program, interruptible.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mip/program.h"
#include "search/control.h"

namespace foldproof {

struct MipSolution {
  bool stopped = false;         ///< by the run's limits, before it was decided
  double bound;                 ///< no solution is better, says the solver
  std::optional<double> value;  ///< of the best solution found
  std::vector<double> columns;  ///< that solution
  std::uint64_t nodes = 0;      ///< of branch and bound
};

/// Solves until the optimum is known up to the solver's gap, or, with a threshold, until it is known on which side of
/// it the optimum lies. One thread. Nothing if the solver fails. @pre no quadratic rows: HiGHS knows none
std::optional<MipSolution> solve(const MipProgram& program, std::optional<double> threshold, Control& control);

}  // namespace foldproof
