// A network in whole numbers: exact values at rational points without a single fraction, so that the sign of a
// pre-activation costs microseconds where doubles cannot tell it.
//
// Row j is multiplied by a positive integer S_j that clears its denominators (relu(S z) = S relu(z)), and a point is
// x = X / d with integers X, d > 0. Then Z_j = S_j d z_j is an integer, computed from integers.
#pragma once

#include <flint/fmpz.h>
#include <flint/fmpz_vec.h>

#include <string>
#include <vector>

#include "model/network.h"

namespace foldproof {

/// A fixed number of integers.
class Integers {
 public:
  explicit Integers(std::size_t size = 0) : size_(static_cast<slong>(size)), data_(_fmpz_vec_init(size_)) {}
  Integers(const Integers& other) : Integers(other.size()) { _fmpz_vec_set(data_, other.data_, size_); }
  Integers(Integers&& other) noexcept : size_(other.size_), data_(other.data_) {
    other.size_ = 0;
    other.data_ = nullptr;
  }
  Integers& operator=(Integers other) noexcept {
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Integers() {
    if (data_ != nullptr) _fmpz_vec_clear(data_, size_);
  }

  std::size_t size() const { return static_cast<std::size_t>(size_); }
  fmpz* operator[](std::size_t i) { return data_ + i; }
  const fmpz* operator[](std::size_t i) const { return data_ + i; }
  friend bool operator==(const Integers& a, const Integers& b) {
    return a.size_ == b.size_ && _fmpz_vec_equal(a.data_, b.data_, a.size_) != 0;
  }

 private:
  slong size_;
  fmpz* data_;
};

/// A point of the input space, exactly: entry i is X_i / d. Canonical: d > 0, and no integer divides all of X, d, so
/// that equal points are equal integers.
class ExactPoint {
 public:
  ExactPoint() = default;
  explicit ExactPoint(const std::vector<Rational>& x);
  /// From X_0, .., X_{n-1}, d, d != 0.
  explicit ExactPoint(Integers homogeneous);

  std::size_t inputs() const { return h_.size() - 1; }
  /// X_0, .., X_{n-1}, d.
  const Integers& homogeneous() const { return h_; }
  Rational operator[](std::size_t i) const;
  std::vector<Rational> coordinates() const;
  friend bool operator==(const ExactPoint& a, const ExactPoint& b) { return a.h_ == b.h_; }
  /// Entry i of a less, equal or greater than that of b: -1, 0, 1.
  static int compare(const ExactPoint& a, const ExactPoint& b, std::size_t i);

 private:
  Integers h_;
};

class IntegerNetwork {
 public:
  explicit IntegerNetwork(const Network& network);

  /// The pre-activations at one point, computed as they are asked for.
  class Values {
   public:
    /// @pre both outlive this object
    Values(const IntegerNetwork& network, const ExactPoint& point);
    int sign(int neuron) { return fmpz_sgn(scaled(neuron)); }
    /// Z_j = S_j d z_j.
    const fmpz* scaled(int neuron);

   private:
    const IntegerNetwork& network_;
    const ExactPoint& point_;
    Integers z_;
    std::vector<char> known_;
  };

  /// Where neuron j's pre-activation is 0 on the segment from a to b, if it is affine there with signs that differ.
  /// @pre both sets of values are of those points
  static ExactPoint zero_between(const ExactPoint& a, Values& at_a, const ExactPoint& b, Values& at_b, int neuron);

  int neurons() const { return static_cast<int>(neurons_.size()); }
  /// Sign of the determinant of the Jacobian under an activation pattern. @pre square
  int determinant_sign(const std::vector<char>& active) const;

 private:
  struct Row {
    std::vector<int> variable;
    Integers coefficient;
    Integers constant{1};
  };
  Row scaled_row(const AffineRow& row, const std::vector<Rational>& source_scale, Rational& scale) const;

  std::size_t n_;
  std::vector<Row> neurons_, outputs_;
};

}  // namespace foldproof
