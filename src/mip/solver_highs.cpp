#include <interfaces/highs_c_api.h>

#include <exception>
#include <memory>

#include "mip/solver.h"

namespace foldproof {

namespace {

/// What the callback is told, and what it leaves behind.
struct Watch {
  Control& control;
  std::optional<double> threshold;
  bool stopped = false;
  std::uint64_t nodes_before = 0;
  std::exception_ptr failure = nullptr;

  bool must_interrupt(const HighsCallbackDataOut& data, bool in_branch_and_bound) {
    if (in_branch_and_bound) {
      control.mip_nodes = nodes_before + static_cast<std::uint64_t>(data.mip_node_count);
      if (threshold && (data.mip_primal_bound > *threshold || data.mip_dual_bound <= *threshold)) return true;
    }
    stopped = control.should_stop_now();
    return stopped;
  }
};

extern "C" void foldproof_mip_callback(int type, const char*, const HighsCallbackDataOut* out, HighsCallbackDataIn* in,
                                       void* user) {
  auto& watch = *static_cast<Watch*>(user);
  try {
    if (watch.failure == nullptr && !watch.must_interrupt(*out, type == kHighsCallbackMipInterrupt)) return;
  } catch (...) {
    watch.failure = std::current_exception();
  }
  in->user_interrupt = 1;
}

struct Destroy {
  void operator()(void* highs) const { Highs_destroy(highs); }
};

bool load(void* highs, const MipProgram& program) {
  std::vector<double> cost(program.columns().size(), 0.0), lower, upper, row_lower, row_upper, value;
  std::vector<HighsInt> start, index, integrality;
  for (const MipColumn& column : program.columns()) {
    lower.push_back(column.lower);
    upper.push_back(column.upper);
    integrality.push_back(column.binary ? kHighsVarTypeInteger : kHighsVarTypeContinuous);
  }
  cost[static_cast<std::size_t>(program.objective())] = 1.0;
  for (const MipRow& row : program.rows()) {
    start.push_back(static_cast<HighsInt>(index.size()));
    row_lower.push_back(row.lower);
    row_upper.push_back(row.upper);
    for (const auto& [column, coefficient] : row.terms) {
      index.push_back(column);
      value.push_back(coefficient);
    }
  }
  return Highs_passMip(highs, static_cast<HighsInt>(cost.size()), static_cast<HighsInt>(row_lower.size()),
                       static_cast<HighsInt>(index.size()), kHighsMatrixFormatRowwise, kHighsObjSenseMaximize, 0.0,
                       cost.data(), lower.data(), upper.data(), row_lower.data(), row_upper.data(), start.data(),
                       index.data(), value.data(), integrality.data()) != kHighsStatusError;
}

}  // namespace

std::optional<MipSolution> solve(const MipProgram& program, std::optional<double> threshold, Control& control) {
  const std::unique_ptr<void, Destroy> solver(Highs_create());
  void* const highs = solver.get();
  Highs_setBoolOptionValue(highs, "output_flag", 0);
  Highs_setStringOptionValue(highs, "parallel", "off");
  Highs_setIntOptionValue(highs, "threads", 1);
  if (!load(highs, program)) return std::nullopt;
  if (threshold) Highs_setDoubleOptionValue(highs, "objective_target", *threshold);
  if (const auto left = control.seconds_left()) Highs_setDoubleOptionValue(highs, "time_limit", *left);
  Watch watch{control, threshold};
  watch.nodes_before = control.mip_nodes;
  Highs_setCallback(highs, foldproof_mip_callback, &watch);
  Highs_startCallback(highs, kHighsCallbackMipInterrupt);
  Highs_startCallback(highs, kHighsCallbackSimplexInterrupt);
  const HighsInt status = Highs_run(highs);
  if (watch.failure) std::rethrow_exception(watch.failure);
  if (status == kHighsStatusError) return std::nullopt;
  const HighsInt model_status = Highs_getModelStatus(highs);
  MipSolution solution;
  solution.stopped = watch.stopped || model_status == kHighsModelStatusTimeLimit;
  const bool finished = model_status == kHighsModelStatusOptimal || model_status == kHighsModelStatusInterrupt ||
                        model_status == kHighsModelStatusObjectiveTarget;
  if (!finished && !solution.stopped) return std::nullopt;
  if (Highs_getDoubleInfoValue(highs, "mip_dual_bound", &solution.bound) != kHighsStatusOk) return std::nullopt;
  std::int64_t nodes = 0;
  if (Highs_getInt64InfoValue(highs, "mip_node_count", &nodes) == kHighsStatusOk && nodes > 0) {
    solution.nodes = static_cast<std::uint64_t>(nodes);
  }
  control.mip_nodes = watch.nodes_before + solution.nodes;
  HighsInt primal = kHighsSolutionStatusNone;
  Highs_getIntInfoValue(highs, "primal_solution_status", &primal);
  if (primal == kHighsSolutionStatusFeasible) {
    solution.columns.resize(program.columns().size());
    std::vector<double> column_dual(program.columns().size()), row_value(program.rows().size()),
        row_dual(program.rows().size());
    Highs_getSolution(highs, solution.columns.data(), column_dual.data(), row_value.data(), row_dual.data());
    solution.value = solution.columns[static_cast<std::size_t>(program.objective())];
  }
  return solution;
}

}  // namespace foldproof
