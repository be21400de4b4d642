// Runs the independent checker as a program of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace foldproof {

struct CheckerRun {
  bool accepted = false;
  bool interrupted = false;  // it was asked to end before it had an answer
  bool rejected = false;     // it said no; otherwise it could not use the files, or did not finish
  std::string statement;     // accepted: what it verified, in the words of the proof file
  std::string reason;        // otherwise
  std::uint64_t line = 0;    // rejected: the first line that failed; 0 if it did not say
  double seconds = 0;        // wall clock
};

/// The path of foldproof-check: the environment variable FOLDPROOF_CHECK, or beside this program or library.
/// @throws InputError if it is not there.
std::string checker_program();

/// `weights` are the weights files, in the order in which the checker takes them.
CheckerRun run_checker(const std::string& program, const std::string& proof, const std::vector<std::string>& weights);

}  // namespace foldproof
