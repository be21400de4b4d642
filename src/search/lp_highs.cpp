// HiGHS by its C API: the wheel's C++ symbols use another string ABI.
#include <interfaces/highs_c_api.h>

#include "number/scalar.h"
#include "search/linear_program.h"

namespace foldproof {

namespace {

// One solver per thread: creating one costs more than a small solve.
class Solver {
 public:
  Solver() : highs_(Highs_create()) {
    Highs_setBoolOptionValue(highs_, "output_flag", 0);
    Highs_setStringOptionValue(highs_, "presolve", "off");
    Highs_setStringOptionValue(highs_, "solver", "simplex");
    Highs_setStringOptionValue(highs_, "parallel", "off");
    Highs_setIntOptionValue(highs_, "threads", 1);
    Highs_setDoubleOptionValue(highs_, "primal_feasibility_tolerance", 1e-10);
    Highs_setDoubleOptionValue(highs_, "dual_feasibility_tolerance", 1e-10);
    Highs_setDoubleOptionValue(highs_, "time_limit", 1.0);
  }
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;
  ~Solver() { Highs_destroy(highs_); }
  void* get() const { return highs_; }

 private:
  void* highs_;
};

}  // namespace

LinearProgram::LinearProgram(int variables)
    : cost(at(variables), 0.0), lower(at(variables), 0.0), upper(at(variables), 0.0) {}

void LinearProgram::add_row(const std::vector<double>& coefficients, double row_lower, double row_upper) {
  coefficients_.insert(coefficients_.end(), coefficients.begin(), coefficients.end());
  row_lower_.push_back(row_lower);
  row_upper_.push_back(row_upper);
}

std::optional<LinearProgram::Solution> LinearProgram::minimise() const {
  thread_local Solver solver;
  void* const highs = solver.get();
  const auto columns = static_cast<HighsInt>(cost.size());
  const auto row_count = static_cast<HighsInt>(rows());
  std::vector<HighsInt> start;
  std::vector<HighsInt> index;
  std::vector<double> value;
  for (HighsInt r = 0; r < row_count; ++r) {
    start.push_back(static_cast<HighsInt>(index.size()));
    for (HighsInt j = 0; j < columns; ++j) {
      const double a = coefficients_[at(r) * cost.size() + at(j)];
      if (a == 0.0) continue;
      index.push_back(j);
      value.push_back(a);
    }
  }
  Highs_clearSolver(highs);
  if (Highs_passLp(highs, columns, row_count, static_cast<HighsInt>(index.size()), kHighsMatrixFormatRowwise,
                   kHighsObjSenseMinimize, 0.0, cost.data(), lower.data(), upper.data(), row_lower_.data(),
                   row_upper_.data(), start.data(), index.data(), value.data()) == kHighsStatusError) {
    return std::nullopt;
  }
  Highs_zeroAllClocks(highs);
  if (Highs_run(highs) == kHighsStatusError) return std::nullopt;
  const HighsInt status = Highs_getModelStatus(highs);
  Solution solution;
  if (status == kHighsModelStatusInfeasible) {
    solution.infeasible = true;
    HighsInt has_ray = 0;
    std::vector<double> ray(at(row_count));
    if (Highs_getDualRay(highs, &has_ray, ray.data()) != kHighsStatusError && has_ray != 0) {
      solution.duals = std::move(ray);
    }
    return solution;
  }
  if (status != kHighsModelStatusOptimal) return std::nullopt;
  solution.objective = Highs_getObjectiveValue(highs);
  solution.v.resize(cost.size());
  solution.duals.resize(at(row_count));
  std::vector<double> column_dual(cost.size());
  std::vector<double> row_value(at(row_count));
  Highs_getSolution(highs, solution.v.data(), column_dual.data(), row_value.data(), solution.duals.data());
  return solution;
}

}  // namespace foldproof
