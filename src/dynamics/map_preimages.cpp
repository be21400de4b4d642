// Claim: `points` are all isolated real solutions of p = q = 0, p = f_1 - y_1, q = f_2 - y_2, each in a box of its own.
//
// 1. A common factor of p and q (fmpq_mpoly_gcd) is a curve of solutions; it is divided out and named. If the top forms
//    are then proportional, one equation is replaced by a combination of lower degree: the solutions stay. (The
//    Brusselator's two equations add up to a linear one, and what follows is the cubic (12) of Cui et al. 2023.)
// 2. Shear: t = x + k y with a whole number k, chosen so that p, as a polynomial in y over Q[t], has a constant leading
//    coefficient. Then for any t0 the resultant R(t0) (a Sylvester determinant over Z[t], FLINT) is zero if and only
//    if p(t0, .) and q(t0, .) have a common complex root: nothing runs away to infinity. If the first principal
//    subresultant coefficient s1(t0) is not zero, their greatest common divisor is s1(t0) y + s10(t0) (Collins 1967).
//    So if s1 vanishes at no real root of R, checked exactly by a gcd and a count of real roots, the real solutions
//    correspond one to one to the real roots t0 of R: y = -s10(t0) / s1(t0), x = t0 - k y. The multiplicity of t0 in R
//    is the intersection multiplicity of the curves there, which is 1 if and only if the Jacobian is not singular.
//    For all but finitely many k this holds, unless both gradients vanish at a solution; that is said (`unresolved`).
// 3. The roots are refined until the solutions' boxes are small and disjoint and lie on one side of each face of the
//    box asked about. A solution that seems to lie on a face x = c is decided by solving p(c, .) = q(c, .) = 0.
#include "dynamics/map_preimages.h"

#include <flint/fmpz_poly_mat.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "dynamics/real_roots.h"

namespace foldproof {

namespace {

constexpr slong kFirstPrecision = 128;
constexpr slong kLastPrecision = 1 << 14;
constexpr slong kTightBits = 64;
constexpr int kLargestShear = 12;

/// f as a polynomial in variable `main` over the polynomials in the other one, low degrees first; a common factor of
/// the denominators is multiplied away.
std::vector<IntegerPolynomial> coefficients_in(const Polynomial& f, std::size_t main) {
  const auto degree = static_cast<std::size_t>(f.degree_in(static_cast<int>(main)));
  const auto other_degree = static_cast<std::size_t>(f.degree_in(static_cast<int>(1 - main)));
  // One list over both variables, so that all coefficients are scaled alike.
  std::vector<Rational> flat((degree + 1) * (other_degree + 1));
  for (const Monomial& monomial : f.monomials()) {
    flat[monomial.exponents[main] * (other_degree + 1) + monomial.exponents[1 - main]] = monomial.coefficient;
  }
  const IntegerPolynomial whole(flat);
  std::vector<IntegerPolynomial> result(degree + 1);
  for (std::size_t i = 0; i <= degree; ++i) {
    for (std::size_t j = 0; j <= other_degree; ++j) {
      fmpz_t coefficient;
      fmpz_init(coefficient);
      fmpz_poly_get_coeff_fmpz(coefficient, whole.raw(), static_cast<slong>(i * (other_degree + 1) + j));
      fmpz_poly_set_coeff_fmpz(result[i].raw(), static_cast<slong>(j), coefficient);
      fmpz_clear(coefficient);
    }
  }
  return result;
}

/// The determinant of `order` rows of shifted coefficients of p and q (Sylvester's rows), in which the last column is
/// the one of y^last and the others are those of the highest powers.
IntegerPolynomial sylvester(const std::vector<IntegerPolynomial>& p, const std::vector<IntegerPolynomial>& q,
                            std::size_t rows_of_p, std::size_t rows_of_q, std::size_t last) {
  const std::size_t order = rows_of_p + rows_of_q;
  const std::size_t highest = p.size() - 1 + rows_of_p - 1;  // the power of y in the first column
  fmpz_poly_mat_t matrix;
  fmpz_poly_mat_init(matrix, static_cast<slong>(order), static_cast<slong>(order));
  for (std::size_t row = 0; row < order; ++row) {
    const bool of_p = row < rows_of_p;
    const std::vector<IntegerPolynomial>& f = of_p ? p : q;
    const std::size_t shift = of_p ? rows_of_p - 1 - row : order - 1 - row;
    for (std::size_t column = 0; column < order; ++column) {
      const std::size_t power = column + 1 < order ? highest - column : last;
      if (power < shift || power - shift >= f.size()) continue;
      fmpz_poly_set(fmpz_poly_mat_entry(matrix, static_cast<slong>(row), static_cast<slong>(column)),
                    f[power - shift].raw());
    }
  }
  IntegerPolynomial result;
  fmpz_poly_mat_det(result.raw(), matrix);
  fmpz_poly_mat_clear(matrix);
  return result;
}

Ball evaluate(const IntegerPolynomial& f, const Ball& t, slong precision) {
  Ball result;
  arb_fmpz_poly_evaluate_arb(result.raw(), f.raw(), t.raw(), precision);
  return result;
}

/// One solution, while it is refined.
struct Solution {
  Ball x, y;
  int multiplicity;
};

/// p = q = 0 in the coordinates t = x + k y and y, with what is needed to name every solution.
struct Sheared {
  int shear;
  IntegerPolynomial resultant, s1, s10;  // p(t, .) and q(t, .) share s1(t) y + s10(t) where resultant(t) = 0

  std::vector<Solution> solutions(slong precision) const {
    std::vector<Solution> result;
    for (const RealRoot& root : real_roots(resultant, precision)) {
      Solution solution{{}, {}, root.multiplicity};
      const Ball numerator = evaluate(s10, root.value, precision), denominator = evaluate(s1, root.value, precision);
      arb_div(solution.y.raw(), numerator.raw(), denominator.raw(), precision);
      arb_neg(solution.y.raw(), solution.y.raw());
      arb_mul_si(solution.x.raw(), solution.y.raw(), -shear, precision);
      arb_add(solution.x.raw(), solution.x.raw(), root.value.raw(), precision);
      result.push_back(std::move(solution));
    }
    return result;
  }
};

bool has_common_real_root(const IntegerPolynomial& a, const IntegerPolynomial& b) {
  IntegerPolynomial common;
  fmpz_poly_gcd(common.raw(), a.raw(), b.raw());
  const auto factors = squarefree_factors(common);
  return std::any_of(factors.begin(), factors.end(),
                     [](const auto& factor) { return fmpz_poly_num_real_roots(factor.first.raw()) > 0; });
}

std::optional<Sheared> sheared(const Polynomial& p, const Polynomial& q, int k) {
  const RingPointer& ring = p.ring();
  // x = t - k y; t takes the place of x.
  Polynomial old_x = Polynomial::variable(ring, 1);
  old_x *= Rational(-k);
  old_x += Polynomial::variable(ring, 0);
  const std::vector<Polynomial> images{old_x, Polynomial::variable(ring, 1)};
  std::vector<IntegerPolynomial> a = coefficients_in(p.compose(images), 1), b = coefficients_in(q.compose(images), 1);
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  if (a.back().degree() != 0) std::swap(a, b);
  if (a.back().degree() != 0) return std::nullopt;
  const std::size_t degree_a = a.size() - 1, degree_b = b.size() - 1;
  Sheared result{k, sylvester(a, b, degree_b, degree_a, 0), {}, {}};
  if (degree_a == 1) {
    result.s1 = a[1];
    result.s10 = a[0];
  } else {
    result.s1 = sylvester(a, b, degree_b - 1, degree_a - 1, 1);
    result.s10 = sylvester(a, b, degree_b - 1, degree_a - 1, 0);
  }
  if (result.resultant.is_zero()) throw std::logic_error("a resultant vanishes although there is no common factor");
  if (has_common_real_root(result.resultant, result.s1)) return std::nullopt;
  return result;
}

bool disjoint(const Solution& a, const Solution& b) {
  return arb_overlaps(a.x.raw(), b.x.raw()) == 0 || arb_overlaps(a.y.raw(), b.y.raw()) == 0;
}

enum class Side { inside, outside, unknown };

Side side_of(const Ball& value, const Interval& side) {
  const Rational lower = value.lower(), upper = value.upper();
  if (upper < side.first || lower > side.second) return Side::outside;
  return lower >= side.first && upper <= side.second ? Side::inside : Side::unknown;
}

/// The box, the two equations, and the means to decide solutions on its faces.
class Question {
 public:
  Question(const Polynomial& p, const Polynomial& q, const std::vector<Interval>& box) : p_(p), q_(q), box_(box) {}

  /// Is solution i of `all`, whose boxes are disjoint, in the box?
  Side place_of(const std::vector<Solution>& all, std::size_t i, slong precision) const {
    Side place = Side::inside;
    for (std::size_t variable = 0; variable < box_.size(); ++variable) {
      const Ball& value = variable == 0 ? all[i].x : all[i].y;
      Side side = side_of(value, box_[variable]);
      if (side == Side::unknown) {
        const Rational lower = value.lower();
        const Rational& face = lower < box_[variable].first ? box_[variable].first : box_[variable].second;
        if (is_on_face(all, i, variable, face, precision)) side = Side::inside;
      }
      if (side == Side::outside) return side;
      if (side == Side::unknown) place = side;
    }
    return place;
  }

 private:
  /// True only if solution i has that coordinate exactly: a solution of the equations on the face, found there, whose
  /// enclosure meets the box of solution i and of no other one, is solution i.
  bool is_on_face(const std::vector<Solution>& all, std::size_t i, std::size_t variable, const Rational& face,
                  slong precision) const {
    IntegerPolynomial common;
    fmpz_poly_gcd(common.raw(), restricted(p_, variable, face).raw(), restricted(q_, variable, face).raw());
    if (common.degree() < 1) return false;
    const Ball at(face, precision);
    for (const RealRoot& root : real_roots(common, precision)) {
      const Solution found{variable == 0 ? at : root.value, variable == 0 ? root.value : at, 1};
      if (disjoint(found, all[i])) continue;
      bool alone = true;
      for (std::size_t other = 0; other < all.size(); ++other)
        alone = alone && (other == i || disjoint(found, all[other]));
      if (alone) return true;
    }
    return false;
  }

  const Polynomial &p_, &q_;
  const std::vector<Interval>& box_;
};

/// The solutions in the box, from roots refined until everything is decided.
std::optional<std::vector<PreimageOfMap>> solutions_in(const Sheared& system, const Question& question,
                                                       const Polynomial& determinant) {
  for (slong precision = kFirstPrecision; precision <= kLastPrecision; precision *= 2) {
    const std::vector<Solution> all = system.solutions(precision);
    const auto decided = [&]() -> std::optional<std::vector<PreimageOfMap>> {
      for (const Solution& solution : all) {
        if (!solution.x.is_tight(kTightBits) || !solution.y.is_tight(kTightBits)) return std::nullopt;
      }
      for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          if (!disjoint(all[i], all[j])) return std::nullopt;
        }
      }
      std::vector<PreimageOfMap> inside;
      for (std::size_t i = 0; i < all.size(); ++i) {
        const Side place = question.place_of(all, i, precision);
        if (place == Side::unknown) return std::nullopt;
        if (place == Side::outside) continue;
        const Solution& solution = all[i];
        PreimageOfMap found{{{solution.x.lower(), solution.x.upper()}, {solution.y.lower(), solution.y.upper()}},
                            solution.multiplicity,
                            0};
        if (solution.multiplicity == 1) {
          const Ball value = evaluate(determinant, solution.x, solution.y, precision);
          found.sign = arb_is_positive(value.raw()) != 0 ? 1 : arb_is_negative(value.raw()) != 0 ? -1 : 0;
          if (found.sign == 0) return std::nullopt;
        }
        inside.push_back(std::move(found));
      }
      return inside;
    }();
    if (decided) return decided;
  }
  return std::nullopt;
}

PreimagesOfMap on_plane(const PolynomialMap& map, const std::vector<Rational>& y, const std::vector<Interval>& box) {
  const RingPointer& ring = map.ring();
  Polynomial p = map.components[0] - Polynomial(ring, y[0]), q = map.components[1] - Polynomial(ring, y[1]);
  PreimagesOfMap result;
  const Polynomial common = gcd(p, q);
  if (common.is_zero()) {
    result.curve = common.text();
    return result;
  }
  const bool curve = !common.is_constant();
  if (curve) {
    result.curve = common.text();
    p = quotient(p, common);
    q = quotient(q, common);
  }
  const Polynomial determinant = p.derivative(0) * q.derivative(1) - p.derivative(1) * q.derivative(0);
  const Polynomial first = p, second = q;
  while (true) {
    if (p.degree() > q.degree()) std::swap(p, q);
    if (p.degree() < q.degree() || p.degree() < 1) break;
    const Polynomial a = p.top_form(), b = q.top_form();
    const Rational factor = b.monomials().front().coefficient / a.monomials().front().coefficient;
    Polynomial multiple = a;
    multiple *= factor;
    if (!(multiple == b)) break;
    multiple = p;
    multiple *= factor;
    q -= multiple;
  }
  if (p.degree() < 1) return result;  // a constant that is not zero: p and q have no factor in common

  const Question question(first, second, box);
  for (int step = 0; step <= 2 * kLargestShear; ++step) {
    const int k = step % 2 == 1 ? (step + 1) / 2 : -step / 2;
    const std::optional<Sheared> system = sheared(p, q, k);
    if (!system) continue;
    std::optional<std::vector<PreimageOfMap>> points = solutions_in(*system, question, determinant);
    if (!points) {
      result.unresolved = "a preimage could not be told from a face of the box; move the faces a little";
      return result;
    }
    result.points = std::move(*points);
    std::sort(result.points.begin(), result.points.end(),
              [](const PreimageOfMap& a, const PreimageOfMap& b) { return a.box < b.box; });
    return result;
  }
  result.unresolved = "at a preimage the whole Jacobian matrix vanishes, and the count there is not certified";
  return result;
}

/// Sign of f' at a simple root.
int slope_sign(const IntegerPolynomial& f, const IsolatedRoot& root) {
  IntegerPolynomial slope;
  fmpz_poly_derivative(slope.raw(), f.raw());
  for (slong precision = kFirstPrecision;; precision *= 2) {
    for (const RealRoot& candidate : real_roots(f, precision)) {
      if (candidate.value.upper() < root.enclosure.first || candidate.value.lower() > root.enclosure.second) continue;
      const Ball value = evaluate(slope, candidate.value, precision);
      if (arb_is_positive(value.raw()) != 0) return 1;
      if (arb_is_negative(value.raw()) != 0) return -1;
    }
  }
}

PreimagesOfMap on_line(const PolynomialMap& map, const Rational& y, const std::vector<Interval>& box) {
  const Polynomial p = map.components[0] - Polynomial(map.ring(), y);
  PreimagesOfMap result;
  if (p.is_zero()) {
    result.curve = p.text();
    return result;
  }
  const IntegerPolynomial equation = in_one_variable(p);
  const std::optional<Interval> interval = box.empty() ? std::nullopt : std::optional(box[0]);
  for (const IsolatedRoot& root : roots_in(equation, interval, kFirstPrecision)) {
    result.points.push_back(
        {{root.enclosure}, root.multiplicity, root.multiplicity > 1 ? 0 : slope_sign(equation, root)});
  }
  return result;
}

}  // namespace

PreimagesOfMap preimages_of_map(const PolynomialMap& map, const std::vector<Rational>& y,
                                const std::vector<Interval>& box) {
  return map.dimension() == 1 ? on_line(map, y[0], box) : on_plane(map, y, box);
}

}  // namespace foldproof
