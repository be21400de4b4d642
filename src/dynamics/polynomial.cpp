#include "dynamics/polynomial.h"

#include <stdexcept>

namespace foldproof {

Polynomial& Polynomial::operator=(const Polynomial& other) {
  if (this == &other) return *this;
  fmpq_mpoly_clear(value_, ring_->raw());
  ring_ = other.ring_;
  fmpq_mpoly_init(value_, ring_->raw());
  fmpq_mpoly_set(value_, other.value_, ring_->raw());
  return *this;
}

Polynomial Polynomial::variable(RingPointer ring, int i) {
  Polynomial result(std::move(ring));
  fmpq_mpoly_gen(result.value_, i, result.ring_->raw());
  return result;
}

Rational Polynomial::constant() const {
  Rational result;
  fmpq_mpoly_get_fmpq(result.raw(), value_, ring_->raw());
  return result;
}

std::vector<Monomial> Polynomial::monomials() const {
  std::vector<Monomial> result;
  const auto variables = static_cast<std::size_t>(ring_->variables());
  std::vector<ulong> exponents(variables);
  for (slong i = 0; i < fmpq_mpoly_length(value_, ring_->raw()); ++i) {
    Monomial monomial;
    fmpq_mpoly_get_term_coeff_fmpq(monomial.coefficient.raw(), value_, i, ring_->raw());
    fmpq_mpoly_get_term_exp_ui(exponents.data(), value_, i, ring_->raw());
    for (const ulong exponent : exponents) monomial.exponents.push_back(static_cast<unsigned>(exponent));
    result.push_back(std::move(monomial));
  }
  return result;
}

Polynomial Polynomial::top_form() const {
  Polynomial result(ring_);
  const int degree = this->degree();
  for (const Monomial& monomial : monomials()) {
    std::vector<ulong> exponents(monomial.exponents.begin(), monomial.exponents.end());
    ulong sum = 0;
    for (const ulong exponent : exponents) sum += exponent;
    if (static_cast<int>(sum) != degree) continue;
    fmpq_mpoly_set_coeff_fmpq_ui(result.value_, monomial.coefficient.raw(), exponents.data(), ring_->raw());
  }
  return result;
}

Rational Polynomial::evaluate(const std::vector<Rational>& x) const {
  std::vector<fmpq*> point;
  for (const Rational& entry : x) point.push_back(const_cast<fmpq*>(entry.raw()));
  Rational result;
  if (fmpq_mpoly_evaluate_all_fmpq(result.raw(), value_, point.data(), ring_->raw()) == 0) {
    throw std::overflow_error("a polynomial's value does not fit into memory");
  }
  return result;
}

Polynomial Polynomial::derivative(int variable) const {
  Polynomial result(ring_);
  fmpq_mpoly_derivative(result.value_, value_, variable, ring_->raw());
  return result;
}

Polynomial Polynomial::compose(const std::vector<Polynomial>& images) const {
  const RingPointer& target = images.front().ring_;
  std::vector<fmpq_mpoly_struct*> arguments;
  for (const Polynomial& image : images) arguments.push_back(const_cast<fmpq_mpoly_struct*>(image.value_));
  Polynomial result(target);
  if (fmpq_mpoly_compose_fmpq_mpoly(result.value_, value_, arguments.data(), ring_->raw(), target->raw()) == 0) {
    throw std::overflow_error("a polynomial does not fit into memory");
  }
  return result;
}

std::string Polynomial::text() const {
  std::vector<const char*> names;
  for (const std::string& name : ring_->names()) names.push_back(name.c_str());
  const std::unique_ptr<char, void (*)(void*)> text(fmpq_mpoly_get_str_pretty(value_, names.data(), ring_->raw()),
                                                    flint_free);
  return text.get();
}

Polynomial& Polynomial::operator+=(const Polynomial& b) {
  fmpq_mpoly_add(value_, value_, b.value_, ring_->raw());
  return *this;
}

Polynomial& Polynomial::operator-=(const Polynomial& b) {
  fmpq_mpoly_sub(value_, value_, b.value_, ring_->raw());
  return *this;
}

Polynomial& Polynomial::operator*=(const Polynomial& b) {
  fmpq_mpoly_mul(value_, value_, b.value_, ring_->raw());
  return *this;
}

Polynomial& Polynomial::operator*=(const Rational& b) {
  fmpq_mpoly_scalar_mul_fmpq(value_, value_, b.raw(), ring_->raw());
  return *this;
}

Polynomial gcd(const Polynomial& a, const Polynomial& b) {
  Polynomial result(a.ring_);
  if (fmpq_mpoly_gcd(result.value_, a.value_, b.value_, a.ring_->raw()) == 0) {
    throw std::overflow_error("a common factor of two polynomials does not fit into memory");
  }
  return result;
}

Polynomial quotient(const Polynomial& a, const Polynomial& b) {
  Polynomial result(a.ring_);
  if (fmpq_mpoly_divides(result.value_, a.value_, b.value_, a.ring_->raw()) == 0) {
    throw std::logic_error("a polynomial is divided by one that is no factor of it");
  }
  return result;
}

Polynomial radical(const Polynomial& a) {
  Polynomial repeated(a.ring_);
  for (int i = 0; i < a.ring_->variables(); ++i) repeated = gcd(repeated, a.derivative(i));
  return quotient(a, gcd(a, repeated));
}

}  // namespace foldproof
