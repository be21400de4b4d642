// Real roots of polynomials in one variable with integer coefficients: all of them, isolated, with multiplicities.
//
// Claim: the enclosures returned are disjoint, each holds exactly one real root, and there is no other real root. The
// squarefree factors come from FLINT, the isolation from Arb (arb_fmpz_poly_complex_roots): it encloses every complex
// root of a squarefree polynomial in a ball of its own and decides which of them are real. FLINT's own count of the
// real roots, by another method, must agree.
#pragma once

#include <flint/fmpz_poly.h>

#include <optional>
#include <utility>
#include <vector>

#include "dynamics/arb_headers.h"
#include "dynamics/polynomial.h"
#include "number/rational.h"

namespace foldproof {

/// A real number in [midpoint - radius, midpoint + radius]: a value type over arb_t.
class Ball {
 public:
  Ball() { arb_init(value_); }
  explicit Ball(const Rational& x, slong precision) : Ball() { arb_set_fmpq(value_, x.raw(), precision); }
  Ball(const Ball& other) : Ball() { arb_set(value_, other.value_); }
  Ball(Ball&& other) noexcept : Ball() { arb_swap(value_, other.value_); }
  Ball& operator=(Ball other) noexcept {
    arb_swap(value_, other.value_);
    return *this;
  }
  ~Ball() { arb_clear(value_); }
  /// A ball around the whole interval.
  static Ball around(const Rational& lower, const Rational& upper, slong precision);

  const arb_struct* raw() const { return value_; }
  arb_struct* raw() { return value_; }
  /// @pre finite
  Rational lower() const;
  Rational upper() const;
  bool excludes_zero() const { return arb_contains_zero(value_) == 0; }
  bool is_finite() const { return arb_is_finite(value_) != 0; }
  /// Radius at most 2^-bits max(1, |x|).
  bool is_tight(slong bits) const;

 private:
  arb_t value_;
};

/// A polynomial in one variable with integer coefficients.
class IntegerPolynomial {
 public:
  IntegerPolynomial() { fmpz_poly_init(value_); }
  /// sum of coefficients[i] t^i, times a positive integer that makes it integral
  explicit IntegerPolynomial(const std::vector<Rational>& coefficients);
  IntegerPolynomial(const IntegerPolynomial& other) : IntegerPolynomial() { fmpz_poly_set(value_, other.value_); }
  IntegerPolynomial& operator=(const IntegerPolynomial& other) {
    fmpz_poly_set(value_, other.value_);
    return *this;
  }
  ~IntegerPolynomial() { fmpz_poly_clear(value_); }

  const fmpz_poly_struct* raw() const { return value_; }
  fmpz_poly_struct* raw() { return value_; }
  bool is_zero() const { return fmpz_poly_is_zero(value_) != 0; }
  int degree() const { return static_cast<int>(fmpz_poly_degree(value_)); }

 private:
  fmpz_poly_t value_;
};

/// f times a positive integer. @pre its ring has one variable
IntegerPolynomial in_one_variable(const Polynomial& f);
/// f with variable `variable` (0 or 1) at `value`, as a polynomial in the other one, times a positive integer.
/// @pre its ring has two variables
IntegerPolynomial restricted(const Polynomial& f, std::size_t variable, const Rational& value);

/// The values of f for x and y in their balls lie in the result. @pre its ring has two variables
Ball evaluate(const Polynomial& f, const Ball& x, const Ball& y, slong precision);

/// The distinct squarefree factors with their multiplicities. @pre not zero
std::vector<std::pair<IntegerPolynomial, int>> squarefree_factors(const IntegerPolynomial& f);

struct RealRoot {
  Ball value;
  int multiplicity;
};

/// All real roots in ascending order, to about `precision` bits. @pre not zero
std::vector<RealRoot> real_roots(const IntegerPolynomial& f, slong precision);

using Interval = std::pair<Rational, Rational>;

struct IsolatedRoot {
  Interval enclosure;  // one point if the root is an end of the interval asked about
  int multiplicity;
};

/// Exactly the roots in the closed interval (nothing: on the whole line), to `precision` bits or more. @pre not zero
std::vector<IsolatedRoot> roots_in(const IntegerPolynomial& f, const std::optional<Interval>& interval,
                                   slong precision);

}  // namespace foldproof
