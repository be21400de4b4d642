#include "model/integer_network.h"

#include <flint/fmpz_mat.h>

#include "number/scalar.h"

namespace foldproof {

ExactPoint::ExactPoint(const std::vector<Rational>& x) {
  Rational common(1);
  for (const Rational& entry : x) {
    fmpz_lcm(fmpq_numref(common.raw()), fmpq_numref(common.raw()), fmpq_denref(entry.raw()));
  }
  h_ = Integers(x.size() + 1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Rational scaled = x[i] * common;
    fmpz_set(h_[i], fmpq_numref(scaled.raw()));
  }
  fmpz_set(h_[x.size()], fmpq_numref(common.raw()));
}

ExactPoint::ExactPoint(Integers homogeneous) : h_(std::move(homogeneous)) {
  const auto size = static_cast<slong>(h_.size());
  Integers common(1);
  _fmpz_vec_content(common[0], h_[0], size);
  if (fmpz_sgn(h_[h_.size() - 1]) < 0) fmpz_neg(common[0], common[0]);
  if (!fmpz_is_one(common[0])) _fmpz_vec_scalar_divexact_fmpz(h_[0], h_[0], size, common[0]);
}

Rational ExactPoint::operator[](std::size_t i) const {
  Rational result;
  fmpq_set_fmpz_frac(result.raw(), h_[i], h_[h_.size() - 1]);
  return result;
}

std::vector<Rational> ExactPoint::coordinates() const {
  std::vector<Rational> result;
  for (std::size_t i = 0; i < inputs(); ++i) result.push_back((*this)[i]);
  return result;
}

int ExactPoint::compare(const ExactPoint& a, const ExactPoint& b, std::size_t i) {
  Integers products(2);
  fmpz_mul(products[0], a.h_[i], b.h_[b.inputs()]);
  fmpz_mul(products[1], b.h_[i], a.h_[a.inputs()]);
  const int order = fmpz_cmp(products[0], products[1]);
  return (order > 0) - (order < 0);
}

IntegerNetwork::IntegerNetwork(const Network& network) : n_(at(network.inputs)) {
  std::vector<Rational> scale(n_, Rational(1));  // of each variable: the inputs, then the neurons
  Rational own;
  for (const AffineRow& row : network.neurons) {
    neurons_.push_back(scaled_row(row, scale, own));
    scale.push_back(own);
  }
  for (const AffineRow& row : network.outputs) outputs_.push_back(scaled_row(row, scale, own));
}

IntegerNetwork::Row IntegerNetwork::scaled_row(const AffineRow& row, const std::vector<Rational>& source_scale,
                                               Rational& scale) const {
  scale = Rational(1);
  std::vector<Rational> entries;
  const auto clear = [&](const Rational& entry) {
    fmpz_lcm(fmpq_numref(scale.raw()), fmpq_numref(scale.raw()), fmpq_denref(entry.raw()));
  };
  for (const Term& term : row.terms) {
    entries.push_back(term.coefficient / source_scale[at(term.variable)]);
    clear(entries.back());
  }
  clear(row.constant);
  Row result;
  result.coefficient = Integers(entries.size());
  for (std::size_t t = 0; t < entries.size(); ++t) {
    result.variable.push_back(row.terms[t].variable);
    const Rational scaled = entries[t] * scale;
    fmpz_set(result.coefficient[t], fmpq_numref(scaled.raw()));
  }
  const Rational constant = row.constant * scale;
  fmpz_set(result.constant[0], fmpq_numref(constant.raw()));
  return result;
}

IntegerNetwork::Values::Values(const IntegerNetwork& network, const ExactPoint& point)
    : network_(network), point_(point), z_(network.neurons_.size()), known_(network.neurons_.size(), 0) {}

const fmpz* IntegerNetwork::Values::scaled(int neuron) {
  const std::size_t j = at(neuron);
  if (known_[j] == 0) {
    const Row& row = network_.neurons_[j];
    for (const int variable : row.variable) {
      if (at(variable) >= network_.n_) scaled(variable - static_cast<int>(network_.n_));
    }
    fmpz* const sum = z_[j];
    fmpz_mul(sum, row.constant[0], point_.homogeneous()[network_.n_]);
    for (std::size_t t = 0; t < row.variable.size(); ++t) {
      const std::size_t variable = at(row.variable[t]);
      if (variable < network_.n_) {
        fmpz_addmul(sum, row.coefficient[t], point_.homogeneous()[variable]);
      } else if (const fmpz* const source = z_[variable - network_.n_]; fmpz_sgn(source) > 0) {
        fmpz_addmul(sum, row.coefficient[t], source);
      }
    }
    known_[j] = 1;
  }
  return z_[j];
}

// v = (z_a b - z_b a) / (z_a - z_b), with z = Z / d up to the common S_j.
ExactPoint IntegerNetwork::zero_between(const ExactPoint& a, Values& at_a, const ExactPoint& b, Values& at_b,
                                        int neuron) {
  const std::size_t n = a.inputs();
  const fmpz* const z_a = at_a.scaled(neuron);
  const fmpz* const z_b = at_b.scaled(neuron);
  Integers v(n + 1);
  for (std::size_t i = 0; i <= n; ++i) {
    fmpz_mul(v[i], z_a, b.homogeneous()[i]);
    fmpz_submul(v[i], z_b, a.homogeneous()[i]);
  }
  return ExactPoint(std::move(v));
}

int IntegerNetwork::determinant_sign(const std::vector<char>& active) const {
  std::vector<Integers> gradient(neurons_.size());
  const auto accumulate = [&](const Row& row) {
    Integers sum(n_);
    for (std::size_t t = 0; t < row.variable.size(); ++t) {
      const std::size_t variable = at(row.variable[t]);
      if (variable < n_) {
        fmpz_add(sum[variable], sum[variable], row.coefficient[t]);
      } else if (active[variable - n_] != 0) {
        _fmpz_vec_scalar_addmul_fmpz(sum[0], gradient[variable - n_][0], static_cast<slong>(n_), row.coefficient[t]);
      }
    }
    return sum;
  };
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    if (active[j] != 0) gradient[j] = accumulate(neurons_[j]);
  }
  fmpz_mat_t jacobian;
  const auto n = static_cast<slong>(n_);
  fmpz_mat_init(jacobian, n, n);
  for (std::size_t o = 0; o < n_; ++o) {
    const Integers row = accumulate(outputs_[o]);
    for (std::size_t i = 0; i < n_; ++i) {
      fmpz_set(fmpz_mat_entry(jacobian, static_cast<slong>(o), static_cast<slong>(i)), row[i]);
    }
  }
  Integers determinant(1);
  fmpz_mat_det(determinant[0], jacobian);
  fmpz_mat_clear(jacobian);
  return fmpz_sgn(determinant[0]);
}

}  // namespace foldproof
