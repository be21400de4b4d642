// What holds for every verdict of the checker, whatever it was given.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "check.h"

inline bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

inline void demand(bool condition, const char* what, const foldproof_check::Verdict& verdict) {
  if (condition) return;
  std::fprintf(stderr, "%s: code %d, reason '%s', statement '%s'\n", what, verdict.code, verdict.reason.c_str(),
               verdict.statement.c_str());
  std::abort();
}

inline foldproof_check::Verdict checked(const std::string& proof, const std::string& weights,
                                        const std::string& second = "") {
  const foldproof_check::Verdict verdict = foldproof_check::check(proof, weights, second);
  demand(verdict.code >= 0 && verdict.code <= 2, "a code that is none", verdict);
  demand(verdict.code == 0 || !verdict.reason.empty(), "no reason", verdict);
  demand(is_printable(verdict.reason) && verdict.reason.size() < 400, "not one line", verdict);
  demand(verdict.code != 0 || verdict.statement.find("\nend ") != std::string::npos, "nothing is stated", verdict);
  return verdict;
}
