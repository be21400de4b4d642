// The fields that the tests ask about.
#pragma once

#include <string>
#include <vector>

#include "dynamics/polynomial_map.h"
#include "dynamics/real_roots.h"

namespace foldproof::testing {

/// The Euler map of a field's text.
PolynomialMap map_of(const std::string& text);

PolynomialMap brusselator(const std::string& b = "2.1", const std::string& tau = "0.15");
PolynomialMap van_der_pol();
/// x + h (x^2 + b x + c), equation (10)
PolynomialMap quadratic(const std::string& h, const std::string& b, const std::string& c);

/// Exact decimals or fractions.
std::vector<Rational> numbers(const std::vector<std::string>& texts);
std::vector<Interval> box(const std::vector<std::string>& ends);

}  // namespace foldproof::testing
