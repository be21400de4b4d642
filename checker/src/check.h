// Checks a proof file against a weights file, or against two (docs/certificate.md).
#pragma once

#include <string>

namespace foldproof_check {

struct Verdict {
  int code = 2;           // 0 accepted, 1 rejected, 2 unusable
  std::string statement;  // accepted: lines of the file that say what was proved
  std::string reason;     // otherwise: one sentence
};

/// `second` is the weights file of B, for a factor proof. Never throws for bad files. Takes the rounding mode of this
/// thread for as long as it runs.
Verdict check(const std::string& proof, const std::string& weights, const std::string& second = "");

}  // namespace foldproof_check
