#include "number/norm.h"

namespace foldproof {

namespace {

// A number >= sqrt(q): the root itself if it is rational, otherwise a double next to it.
Rational root_upper(const Rational& q) {
  const fmpz* const parts[] = {fmpq_numref(q.raw()), fmpq_denref(q.raw())};
  if (fmpz_is_square(parts[0]) && fmpz_is_square(parts[1])) {
    Rational root;
    fmpz_sqrt(fmpq_numref(root.raw()), parts[0]);
    fmpz_sqrt(fmpq_denref(root.raw()), parts[1]);
    return root;
  }
  const long half = q.exponent() / 2;  // the start is near 1, whatever the doubles' range
  const Rational scaled = q.times_power_of_two(-2 * half);
  double root = std::sqrt(scaled.nearest_double());
  while (Rational::from_double(root) * Rational::from_double(root) < scaled) root = round_up(root);
  const Rational result = Rational::from_double(root).times_power_of_two(half);
  const double near = result.upper_double();
  return std::isfinite(near) ? Rational::from_double(near) : result;
}

}  // namespace

std::optional<Norm> norm_named(std::string_view name) {
  for (const Norm norm : {Norm::linf, Norm::l1, Norm::l2}) {
    if (name == name_of(norm)) return norm;
  }
  return std::nullopt;
}

const char* name_of(Norm norm) { return norm == Norm::linf ? "linf" : norm == Norm::l1 ? "l1" : "l2"; }

Rational square_sum(const std::vector<Rational>& x) {
  Rational sum;
  for (const Rational& entry : x) sum.add_product(entry, entry);
  return sum;
}

Rational norm_upper(Norm norm, const std::vector<Rational>& x) {
  if (norm == Norm::linf) return max_abs(x);
  if (norm == Norm::l2) return root_upper(square_sum(x));
  Rational sum;
  for (const Rational& entry : x) sum += abs(entry);
  return sum;
}

double norm_of(Norm norm, const std::vector<double>& x) {
  double result = 0.0;
  for (const double entry : x) {
    const double size = std::abs(entry);
    result = norm == Norm::linf ? std::max(result, size) : norm == Norm::l1 ? result + size : std::hypot(result, size);
  }
  return result;
}

}  // namespace foldproof
