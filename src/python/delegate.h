// Workers of a concurrent.futures.Executor, as python/foldproof/_frontier.py drives them, for the engine's Delegate.
#pragma once

#include <nanobind/nanobind.h>

#include <string>

#include "foldproof/foldproof.h"

namespace foldproof::python {

/// Passes each call on to the method of the same name of a Python object, with the interpreter's lock. What such a
/// method raises ends the question.
class PythonDelegate : public Delegate {
 public:
  /// `workers` has the numbers warm_up and part_seconds, which are read once.
  explicit PythonDelegate(nanobind::object workers);

  int capacity() override;
  void send(std::uint64_t part, std::string request) override;
  std::optional<Reply> receive(double seconds) override;
  void forget(std::uint64_t part) override;
  void report(const PartReport& report) override;
  double warm_up() const override { return warm_up_; }
  double part_seconds() const override { return part_seconds_; }

 private:
  nanobind::object workers_;
  double warm_up_, part_seconds_;
};

/// PartSolver::answer without the interpreter's lock.
nanobind::bytes answer_part(const PartSolver& solver, const nanobind::bytes& request);

}  // namespace foldproof::python
