// A mixed-integer program as a text that other solvers read.
#pragma once

#include <string>

#include "mip/program.h"

namespace foldproof {

/// lp: CPLEX's LP format. mps: free MPS, quadratic rows as QCMATRIX sections. Numbers read back to the same doubles.
enum class MipFormat { lp, mps };

/// `title` becomes a comment, one line.
std::string program_text(const MipProgram& program, MipFormat format, const std::string& title);

}  // namespace foldproof
