// A polynomial vector field as text (docs/dynamics.md):
//
//   x' = a - (b + 1)*x + x^2*y     one line per state
//   y' = b*x - x^2*y
//   a = 1                          constants, from numbers and the constants above
//   b = 2.1
//   tau = 0.15                     the time step, always
//
// Numbers are exact rationals; '#' begins a comment.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynamics/polynomial.h"

namespace foldproof {

struct FieldText {
  RingPointer ring;                                         // the states, in the order of their lines
  std::vector<std::pair<std::string, Rational>> constants;  // in the order of their lines; tau is one of them
  Rational tau;
  std::vector<Polynomial> derivatives;  // one per state
};

/// Reads the text of `file`; `set` gives constants another value than their line does.
/// @throws InputError naming file, line and column.
FieldText parse_field(const std::string& file, std::string_view text, const std::map<std::string, std::string>& set);

}  // namespace foldproof
