// Exact rational numbers and small exact matrices: thin value types over FLINT's fmpq and fmpq_mat.
//
// Everything that decides a refutation, and every constant of a network, lives here. Conversions to
// double say which way they round.
#pragma once

#include <flint/fmpq.h>
#include <flint/fmpq_mat.h>

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foldproof {

class Rational {
 public:
  Rational() { fmpq_init(value_); }
  Rational(long integer) : Rational() { fmpq_set_si(value_, integer, 1); }  // NOLINT: integers are rationals
  Rational(const Rational& other) : Rational() { fmpq_set(value_, other.value_); }
  Rational(Rational&& other) noexcept : Rational() { fmpq_swap(value_, other.value_); }
  Rational& operator=(const Rational& other) {
    fmpq_set(value_, other.value_);
    return *this;
  }
  Rational& operator=(Rational&& other) noexcept {
    fmpq_swap(value_, other.value_);
    return *this;
  }
  ~Rational() { fmpq_clear(value_); }

  /// The exact value of a finite double. Throws std::invalid_argument for NaN and infinities.
  static Rational from_double(double x);

  /// Reads "p/q", "-12", "0.1" (one tenth) or "1.5e-3", exactly.
  /// Returns nothing if the text is not such a number (or its exponent exceeds 4000 in size).
  static std::optional<Rational> parse(std::string_view text);

  /// "p/q" in lowest terms, "p" if q = 1.
  std::string str() const;

  /// The form of weights and proof files (docs/certificate.md): "mbe" = m 2^e with m odd ("m" if e = 0) where the
  /// denominator is a power of two, "p/q" in lowest terms elsewhere.
  std::string canonical() const;

  /// Shortest decimal if the number is a terminating decimal of at most `digits` digits; "p/q" otherwise.
  std::string pretty(int digits = 17) const;

  /// Nearest double below or equal, above or equal, and nearest (either neighbour on a tie).
  /// Overflow gives -inf / largest finite (lower) and largest finite negative / +inf (upper).
  double lower_double() const;
  double upper_double() const;
  double nearest_double() const;
  /// True if the number is a double exactly.
  bool is_double() const;

  /// this * 2^e, exactly.
  Rational times_power_of_two(long e) const;
  /// e with 2^(e-1) < |x| < 2^(e+1). @pre x != 0
  long exponent() const {
    return static_cast<long>(fmpz_bits(fmpq_numref(value_))) - static_cast<long>(fmpz_bits(fmpq_denref(value_)));
  }

  int sign() const { return fmpq_sgn(value_); }
  bool is_zero() const { return fmpq_is_zero(value_); }

  Rational& operator+=(const Rational& b) {
    fmpq_add(value_, value_, b.value_);
    return *this;
  }
  Rational& operator-=(const Rational& b) {
    fmpq_sub(value_, value_, b.value_);
    return *this;
  }
  Rational& operator*=(const Rational& b) {
    fmpq_mul(value_, value_, b.value_);
    return *this;
  }
  /// @pre b != 0 (throws std::domain_error).
  Rational& operator/=(const Rational& b);
  /// this += a * b
  void add_product(const Rational& a, const Rational& b) { fmpq_addmul(value_, a.value_, b.value_); }

  friend Rational operator+(Rational a, const Rational& b) { return a += b; }
  friend Rational operator-(Rational a, const Rational& b) { return a -= b; }
  friend Rational operator*(Rational a, const Rational& b) { return a *= b; }
  friend Rational operator/(Rational a, const Rational& b) { return a /= b; }
  friend Rational operator-(Rational a) {
    fmpq_neg(a.value_, a.value_);
    return a;
  }
  friend bool operator==(const Rational& a, const Rational& b) { return fmpq_equal(a.value_, b.value_); }
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
    return fmpq_cmp(a.value_, b.value_) <=> 0;
  }
  friend Rational abs(Rational a) {
    fmpq_abs(a.value_, a.value_);
    return a;
  }

  /// FLINT's view, for exact linear algebra.
  const fmpq* raw() const { return value_; }
  fmpq* raw() { return value_; }

 private:
  fmpq_t value_;
};

/// The canonical form of a finite double.
std::string canonical(double x);

/// Gives back what FLINT caches for this thread: call it last in every thread but the first.
void release_thread_memory();

/// Nearest point of a set of numbers, max |x_i|, as an exact number. 0 for an empty vector.
Rational max_abs(const std::vector<Rational>& x);

class RationalMatrix {
 public:
  RationalMatrix(int rows, int columns) { fmpq_mat_init(value_, rows, columns); }
  RationalMatrix(const RationalMatrix& other) { fmpq_mat_init_set(value_, other.value_); }
  RationalMatrix& operator=(const RationalMatrix&) = delete;
  ~RationalMatrix() { fmpq_mat_clear(value_); }

  int rows() const { return static_cast<int>(fmpq_mat_nrows(value_)); }
  int columns() const { return static_cast<int>(fmpq_mat_ncols(value_)); }
  Rational get(int i, int j) const;
  void set(int i, int j, const Rational& x) { fmpq_set(fmpq_mat_entry(value_, i, j), x.raw()); }

  /// @pre square
  Rational determinant() const;
  /// The solution of A x = b, or nothing if A is singular. @pre square
  std::optional<std::vector<Rational>> solve(const std::vector<Rational>& b) const;
  /// A solution of A x = b whose free variables have the values they have in `guess`; nothing if there is none.
  std::optional<std::vector<Rational>> solve_near(const std::vector<Rational>& b,
                                                  const std::vector<Rational>& guess) const;
  /// The pivot columns of the reduced row echelon form, ascending: as many as the rank.
  std::vector<int> pivots() const;
  /// A nonzero v with A v = 0, or nothing if the columns are independent.
  std::optional<std::vector<Rational>> null_vector() const;
  struct Solutions {
    std::vector<Rational> x;
    std::vector<int> free;  ///< entries that could be chosen; none if the solution is the only one
  };
  /// The solution of A x = b whose free entries are those of `guess`; nothing if there is none.
  std::optional<Solutions> solutions(const std::vector<Rational>& b, const std::vector<Rational>& guess) const;
  std::vector<Rational> multiply(const std::vector<Rational>& x) const;

 private:
  fmpq_mat_t value_;
};

}  // namespace foldproof
