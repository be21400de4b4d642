// A small dense linear program: minimise cost . v, lower <= v <= upper, row_lower <= rows v <= row_upper.
// Untrusted: solutions only propose points, duals are re-proved by the caller.
#pragma once

#include <memory>
#include <optional>
#include <vector>

namespace foldproof {

class LinearProgram {
 public:
  explicit LinearProgram(int variables);

  std::vector<double> cost, lower, upper;
  void add_row(const std::vector<double>& coefficients, double row_lower, double row_upper);
  int rows() const { return static_cast<int>(row_lower_.size()); }

  struct Solution {
    bool infeasible = false;
    double objective = 0;
    std::vector<double> v;
    std::vector<double> duals;  ///< one per row; for an infeasible program a dual ray if there is one, else empty
  };
  /// Nothing if the solver gave neither an optimum nor infeasibility.
  std::optional<Solution> minimise() const;

 private:
  std::vector<double> coefficients_, row_lower_, row_upper_;
};

}  // namespace foldproof
