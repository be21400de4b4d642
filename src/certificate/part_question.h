// The question of a search whose parts are done by workers, as bytes.
#pragma once

#include <string>
#include <vector>

#include "foldproof/foldproof.h"
#include "question/problem.h"

namespace foldproof {

/// What PartSolver::answer() needs to rebuild `problem`: it is about `model`, of which the neurons `inactive` (numbers
/// of the network as read) are left out.
std::string question_for_workers(const Model& model, const Problem& problem, const std::vector<int>& inactive);

}  // namespace foldproof
