// Polynomials in several variables with exact rational coefficients: a thin value type over FLINT's fmpq_mpoly.
#pragma once

#include <flint/fmpq_mpoly.h>

#include <memory>
#include <string>
#include <vector>

#include "number/rational.h"

namespace foldproof {

/// The variables of a family of polynomials.
class Ring {
 public:
  explicit Ring(std::vector<std::string> names) : names_(std::move(names)) {
    fmpq_mpoly_ctx_init(context_, static_cast<slong>(names_.size()), ORD_LEX);
  }
  ~Ring() { fmpq_mpoly_ctx_clear(context_); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  int variables() const { return static_cast<int>(names_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  const fmpq_mpoly_ctx_struct* raw() const { return context_; }

 private:
  std::vector<std::string> names_;
  fmpq_mpoly_ctx_t context_;
};

using RingPointer = std::shared_ptr<const Ring>;

/// coefficient * product of variable^exponent
struct Monomial {
  Rational coefficient;
  std::vector<unsigned> exponents;  // one per variable
};

/// Operands of one operation belong to one ring.
class Polynomial {
 public:
  explicit Polynomial(RingPointer ring) : ring_(std::move(ring)) { fmpq_mpoly_init(value_, ring_->raw()); }
  Polynomial(RingPointer ring, const Rational& constant) : Polynomial(std::move(ring)) {
    fmpq_mpoly_set_fmpq(value_, constant.raw(), ring_->raw());
  }
  Polynomial(const Polynomial& other) : Polynomial(other.ring_) { fmpq_mpoly_set(value_, other.value_, ring_->raw()); }
  Polynomial& operator=(const Polynomial& other);
  ~Polynomial() { fmpq_mpoly_clear(value_, ring_->raw()); }

  /// The polynomial that is variable i.
  static Polynomial variable(RingPointer ring, int i);

  const RingPointer& ring() const { return ring_; }
  bool is_zero() const { return fmpq_mpoly_is_zero(value_, ring_->raw()) != 0; }
  bool is_constant() const { return fmpq_mpoly_is_fmpq(value_, ring_->raw()) != 0; }
  /// @pre is_constant()
  Rational constant() const;
  /// -1 for zero.
  int degree() const { return static_cast<int>(fmpq_mpoly_total_degree_si(value_, ring_->raw())); }
  int degree_in(int variable) const { return static_cast<int>(fmpq_mpoly_degree_si(value_, variable, ring_->raw())); }
  std::size_t size() const { return static_cast<std::size_t>(fmpq_mpoly_length(value_, ring_->raw())); }
  std::vector<Monomial> monomials() const;
  /// The part of degree degree().
  Polynomial top_form() const;
  Rational evaluate(const std::vector<Rational>& x) const;
  Polynomial derivative(int variable) const;
  /// Variable i replaced by images[i].
  Polynomial compose(const std::vector<Polynomial>& images) const;
  /// "x^2*y - 3/2*x + 1"
  std::string text() const;

  Polynomial& operator+=(const Polynomial& b);
  Polynomial& operator-=(const Polynomial& b);
  Polynomial& operator*=(const Polynomial& b);
  Polynomial& operator*=(const Rational& b);
  friend Polynomial operator+(Polynomial a, const Polynomial& b) { return a += b; }
  friend Polynomial operator-(Polynomial a, const Polynomial& b) { return a -= b; }
  friend Polynomial operator*(Polynomial a, const Polynomial& b) { return a *= b; }
  friend bool operator==(const Polynomial& a, const Polynomial& b) {
    return fmpq_mpoly_equal(a.value_, b.value_, a.ring_->raw()) != 0;
  }

  /// Monic; zero if both are zero.
  friend Polynomial gcd(const Polynomial& a, const Polynomial& b);
  /// a / b. @pre b divides a
  friend Polynomial quotient(const Polynomial& a, const Polynomial& b);
  /// The product of the different irreducible factors of a. @pre a is not zero
  friend Polynomial radical(const Polynomial& a);

 private:
  RingPointer ring_;
  fmpq_mpoly_t value_;
};

}  // namespace foldproof
