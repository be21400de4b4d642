#include "dynamics/real_roots.h"

#include <algorithm>
#include <stdexcept>

namespace foldproof {

namespace {

Rational dyadic(const fmpz_t mantissa, const fmpz_t exponent) {
  Rational result;
  fmpz_set(fmpq_numref(result.raw()), mantissa);
  return result.times_power_of_two(fmpz_get_si(exponent));
}

/// {lower, upper} in one step.
std::pair<Rational, Rational> ends(const arb_t ball) {
  fmpz_t low, high, exponent;
  fmpz_init(low);
  fmpz_init(high);
  fmpz_init(exponent);
  arb_get_interval_fmpz_2exp(low, high, exponent, ball);
  std::pair<Rational, Rational> result(dyadic(low, exponent), dyadic(high, exponent));
  fmpz_clear(low);
  fmpz_clear(high);
  fmpz_clear(exponent);
  return result;
}

class ComplexRoots {
 public:
  explicit ComplexRoots(slong count) : count_(count), roots_(_acb_vec_init(count)) {}
  ~ComplexRoots() { _acb_vec_clear(roots_, count_); }
  ComplexRoots(const ComplexRoots&) = delete;
  ComplexRoots& operator=(const ComplexRoots&) = delete;
  acb_ptr raw() { return roots_; }

 private:
  slong count_;
  acb_ptr roots_;
};

}  // namespace

Ball Ball::around(const Rational& lower, const Rational& upper, slong precision) {
  Ball result;
  arb_union(result.value_, Ball(lower, precision).value_, Ball(upper, precision).value_, precision);
  return result;
}

Rational Ball::lower() const { return ends(value_).first; }

Rational Ball::upper() const { return ends(value_).second; }

bool Ball::is_tight(slong bits) const {
  if (!is_finite()) return false;
  mag_t bound, size;
  mag_init(bound);
  mag_init(size);
  arb_get_mag_lower(size, value_);
  mag_one(bound);
  mag_max(bound, bound, size);
  mag_mul_2exp_si(bound, bound, -bits);
  const bool tight = mag_cmp(arb_radref(value_), bound) <= 0;
  mag_clear(bound);
  mag_clear(size);
  return tight;
}

IntegerPolynomial::IntegerPolynomial(const std::vector<Rational>& coefficients) : IntegerPolynomial() {
  fmpz_t common;
  fmpz_init_set_ui(common, 1);
  for (const Rational& coefficient : coefficients) fmpz_lcm(common, common, fmpq_denref(coefficient.raw()));
  Rational scale;
  fmpz_set(fmpq_numref(scale.raw()), common);
  fmpz_clear(common);
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    const Rational whole = coefficients[i] * scale;
    fmpz_poly_set_coeff_fmpz(value_, static_cast<slong>(i), fmpq_numref(whole.raw()));
  }
}

IntegerPolynomial in_one_variable(const Polynomial& f) {
  std::vector<Rational> coefficients(static_cast<std::size_t>(std::max(f.degree(), 0)) + 1);
  for (const Monomial& monomial : f.monomials()) coefficients[monomial.exponents[0]] = monomial.coefficient;
  return IntegerPolynomial(coefficients);
}

IntegerPolynomial restricted(const Polynomial& f, std::size_t variable, const Rational& value) {
  const int degree = f.degree_in(static_cast<int>(1 - variable));
  std::vector<Rational> coefficients(static_cast<std::size_t>(std::max(degree, 0)) + 1);
  std::vector<Rational> powers{Rational(1)};
  for (const Monomial& monomial : f.monomials()) {
    while (powers.size() <= monomial.exponents[variable]) powers.push_back(powers.back() * value);
    coefficients[monomial.exponents[1 - variable]].add_product(monomial.coefficient,
                                                               powers[monomial.exponents[variable]]);
  }
  return IntegerPolynomial(coefficients);
}

Ball evaluate(const Polynomial& f, const Ball& x, const Ball& y, slong precision) {
  Ball sum;
  for (const Monomial& monomial : f.monomials()) {
    Ball product(monomial.coefficient, precision), power;
    arb_pow_ui(power.raw(), x.raw(), monomial.exponents[0], precision);
    arb_mul(product.raw(), product.raw(), power.raw(), precision);
    arb_pow_ui(power.raw(), y.raw(), monomial.exponents[1], precision);
    arb_addmul(sum.raw(), product.raw(), power.raw(), precision);
  }
  return sum;
}

std::vector<std::pair<IntegerPolynomial, int>> squarefree_factors(const IntegerPolynomial& f) {
  fmpz_poly_factor_t factors;
  fmpz_poly_factor_init(factors);
  fmpz_poly_factor_squarefree(factors, f.raw());
  std::vector<std::pair<IntegerPolynomial, int>> result;
  for (slong i = 0; i < factors->num; ++i) {
    IntegerPolynomial factor;
    fmpz_poly_set(factor.raw(), factors->p + i);
    if (factor.degree() > 0) result.emplace_back(factor, static_cast<int>(factors->exp[i]));
  }
  fmpz_poly_factor_clear(factors);
  return result;
}

std::vector<RealRoot> real_roots(const IntegerPolynomial& f, slong precision) {
  const auto factors = squarefree_factors(f);
  // Factors have no root in common, so more precision separates theirs.
  for (;; precision *= 2) {
    std::vector<RealRoot> result;
    for (const auto& [factor, multiplicity] : factors) {
      ComplexRoots roots(factor.degree());
      arb_fmpz_poly_complex_roots(roots.raw(), factor.raw(), 0, precision);
      slong count = 0;
      for (; count < factor.degree() && arb_is_zero(acb_imagref(roots.raw() + count)); ++count) {
        RealRoot root{{}, multiplicity};
        arb_set(root.value.raw(), acb_realref(roots.raw() + count));
        result.push_back(std::move(root));
      }
      if (count != fmpz_poly_num_real_roots(factor.raw())) {
        throw std::logic_error("Arb and FLINT count the real roots of a polynomial differently");
      }
    }
    std::sort(result.begin(), result.end(), [](const RealRoot& a, const RealRoot& b) {
      return arf_cmp(arb_midref(a.value.raw()), arb_midref(b.value.raw())) < 0;
    });
    bool disjoint = true;
    for (std::size_t i = 0; i + 1 < result.size(); ++i) {
      disjoint = disjoint && arb_lt(result[i].value.raw(), result[i + 1].value.raw()) != 0;
    }
    if (disjoint) return result;
  }
}

std::vector<IsolatedRoot> roots_in(const IntegerPolynomial& f, const std::optional<Interval>& interval,
                                   slong precision) {
  const auto is_root = [&](const Rational& x) {
    Rational value;
    fmpz_poly_evaluate_fmpq(value.raw(), f.raw(), x.raw());
    return value.is_zero();
  };
  for (;; precision *= 2) {
    std::vector<IsolatedRoot> result;
    bool decided = true;
    for (const RealRoot& root : real_roots(f, precision)) {
      Interval enclosure(root.value.lower(), root.value.upper());
      bool inside = true;
      if (interval) {
        for (const Rational& end : {interval->first, interval->second}) {
          if (enclosure.first > end || end > enclosure.second) continue;
          is_root(end) ? void(enclosure = {end, end}) : void(decided = false);
        }
        inside = enclosure.first >= interval->first && enclosure.second <= interval->second;
      }
      if (inside) result.push_back({std::move(enclosure), root.multiplicity});
    }
    if (decided) return result;
  }
}

}  // namespace foldproof
