// One part of a search, at a worker.
#pragma once

#include <memory>
#include <string>

#include "question/problem.h"
#include "search/bytes.h"

namespace foldproof {

/// A problem with what is made of it once, for all of its parts. The network outlives it.
struct PreparedProblem {
  explicit PreparedProblem(Problem asked);
  Problem problem;
  std::shared_ptr<const RegionNetwork> root;
  double cone_radius;
};

/// Reads a request after its question, does that part on one thread, and returns the response. Throws BadBytes.
std::string solve_part(const PreparedProblem& prepared, ByteReader& in);

}  // namespace foldproof
