// Method (Kelley 1960): |v| is the greatest of d . v over the dual unit ball. Where a minimiser has t < |v|, the row
// t >= d . v for the d that is greatest there (signs of v, or v / |v|) cuts it off.
#include "search/norm_cuts.h"

#include <cmath>

#include "number/scalar.h"

namespace foldproof {

namespace {

constexpr int most_rounds = 100;
constexpr double tolerance = 1e-9;  // the solver promises no more than 1e-10

}  // namespace

void add_cube_rows(LinearProgram& program, const NormBlocks& blocks) {
  for (const std::size_t first : blocks.first) {
    for (std::size_t i = 0; i < blocks.n; ++i) {
      std::vector<double> row(program.cost.size(), 0.0);
      row[blocks.t] = 1.0;
      row[first + i] = 1.0;
      program.add_row(row, 0.0, infinity);
      row[first + i] = -1.0;
      program.add_row(row, 0.0, infinity);
    }
  }
}

void add_cut(LinearProgram& program, const NormBlocks& blocks, std::size_t first, const std::vector<double>& v) {
  const double size = norm_of(blocks.norm, v);
  if (blocks.norm == Norm::linf || !(size > 0.0)) return;
  std::vector<double> row(program.cost.size(), 0.0);
  row[blocks.t] = 1.0;
  for (std::size_t i = 0; i < blocks.n; ++i) {
    row[first + i] = -(blocks.norm == Norm::l2 ? v[i] / size : v[i] < 0.0 ? -1.0 : 1.0);
  }
  program.add_row(row, 0.0, infinity);
}

std::optional<LinearProgram::Solution> minimise_in_norm(LinearProgram& program, const NormBlocks& blocks, double most) {
  auto solution = program.minimise();
  if (blocks.norm == Norm::linf) return solution;
  for (int round = 0; round < most_rounds && solution && !solution->infeasible; ++round) {
    if (solution->v[blocks.t] > most) return std::nullopt;
    bool exact = true;
    for (const std::size_t first : blocks.first) {
      const auto begin = solution->v.begin() + static_cast<std::ptrdiff_t>(first);
      const std::vector<double> v(begin, begin + static_cast<std::ptrdiff_t>(blocks.n));
      if (!(norm_of(blocks.norm, v) > solution->v[blocks.t] * (1.0 + tolerance))) continue;
      add_cut(program, blocks, first, v);
      exact = false;
    }
    if (exact) break;
    solution = program.minimise();
  }
  return solution;
}

}  // namespace foldproof
