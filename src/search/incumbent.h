// The refuting side of the bracket: exact collisions, ever nearer to the centre.
#pragma once

#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "question/fold_witness.h"
#include "question/problem.h"
#include "search/control.h"

namespace foldproof {

class Incumbent {
 public:
  Incumbent(const Problem& problem, const RegionNetwork& root, Control& control);
  /// What another search of the same problem knows already; of its pair only the radius.
  struct Known {
    double upper, target;
    int sign;
    double cone_radius;
  };
  Incumbent(const Problem& problem, const RegionNetwork& root, Control& control, const Known& known);

  /// Radius of the best exact collision (rounded up), or infinity; and the radius the search has to prove:
  /// slightly below it, so that the bracket closes within the gap.
  double upper() const { return upper_.load(std::memory_order_relaxed); }
  double target() const { return target_.load(std::memory_order_relaxed); }
  /// A proved radius that leaves nothing to prove: it reaches the target, or is within the gap of upper().
  bool closes(double lower) const { return lower >= target() || lower >= upper() * (1.0 - problem_.gap); }

  /// The sign of det J next to the centre, which the whole ball must have; 0 until set, and set once.
  int sign() const { return sign_.load(std::memory_order_relaxed); }
  /// Returns false if another sign was set before.
  bool agree_on_sign(int sign);

  /// Sign of det J at u, in plain double where that is clear, exact where it is not.
  int sign_at(const RegionNetwork& net, const std::vector<double>& u) const;

  /// The sign of det J on the piece of u, in exact arithmetic.
  int exact_sign_at(const std::vector<double>& u) const;

  /// u is believed to have another determinant sign than the centre: descends to the nearest such point in its
  /// neighbourhood, and builds an exact pair. True if the bracket improved.
  bool improve_by_fold(const std::vector<double>& u);

  /// Rays from the centre, before the search begins.
  void shoot_rays();

  /// Takes an exact collision found elsewhere (far pairs). `kind`: "collision" or "branch". True if better.
  bool offer(Collision collision, const std::string& kind);

  /// The run must stop: long proposals ask between their steps.
  bool should_stop() const { return control_.should_stop_now(); }

  const std::optional<Collision>& best() const { return best_; }
  const std::string& kind() const { return kind_; }
  /// All pre-activations that may vanish within this radius vanish at the centre itself, so f is a cone map there:
  /// f(c + t u) = f(c) + t (f(c + u) - f(c)) for 0 <= t <= 1.
  double cone_radius() const { return cone_radius_; }
  /// A collision within the cone radius can be scaled to the centre: r* = 0.
  bool radius_is_zero() const { return zero_.load(); }

 private:
  struct Descent {
    std::vector<double> point;     // in the closure of a cell of the other sign, nearest to the centre
    std::vector<double> interior;  // a point inside that cell
    double radius = 0;
  };
  std::optional<Descent> descend(std::vector<double> u) const;
  std::optional<std::vector<double>> nearest_in_cell(const std::vector<double>& u, double& radius) const;
  bool prove_fold(const Descent& descent);
  void find_cone_radius();
  double norm(const std::vector<double>& u) const;
  std::vector<double> random_move(std::mt19937_64& random) const;
  std::vector<Rational> absolute(const std::vector<double>& u) const;

  const Problem& problem_;
  const RegionNetwork& root_;
  Control& control_;
  Box limits_;
  std::atomic<double> upper_, target_;
  std::atomic<int> sign_{0};
  std::atomic<bool> zero_{false};
  double cone_radius_ = 0;
  mutable std::mutex mutex_;
  std::mutex descending_;
  std::optional<Collision> best_;
  std::string kind_;
};

}  // namespace foldproof
