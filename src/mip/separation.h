// The mixed-integer programs of Cui, Bertalan, Pappas, Morari, Kevrekidis and Fazlyab, "Certified Invertibility in
// Neural Networks via Mixed-Integer Programming" (L4DC 2023): how far apart can two inputs with one output be?
//
//     maximise F = |p - q|_inf   subject to   f(x) = f(y),   x and y in the ball,
//
//     Problem 1   p = x,     q = y       the program (6)
//     Problem 2   p = x,     q = y = c   one copy only
//     Problem 3   p = g(x),  q = g(y)    g: the second network
//
// Every undecided ReLU z = max(a, 0), l <= a <= u, is written with one binary d and big-M constants:
// z >= a, z >= 0, z <= u d, z <= a - l (1 - d). F is one of the differences F_i = p_i - q_i, F'_i = q_i - p_i, chosen
// by mutually exclusive binaries: F_i <= F <= F_i + M_i (1 - f_i), the same for F'_i, and sum f_i + f'_i = 1.
// Balls: linf by bounds of the inputs, l1 by |x_i - c_i| <= t_i and the sum of the t_i, l2 by one convex quadratic row
// per copy. The optimum is 0 iff no such pair exists, in exact arithmetic; a solver knows it up to its tolerances.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "mip/ball.h"
#include "mip/big_m.h"
#include "mip/program.h"

namespace foldproof {

struct SeparationQuestion {
  FloatNetwork network;  // f
  FloatBall ball;
  std::optional<FloatNetwork> told_by = {};  // Problem 3: g
  bool from_centre = false;                  // Problem 2: y is the centre
  std::vector<double> centre_value = {};     // Problem 2: f(c)
};

struct SeparationProgram {
  MipProgram program;
  std::vector<int> x, y;  // columns of the two inputs; y is empty in Problem 2
};

SeparationProgram separation_program(const SeparationQuestion& question, double radius, BigM how,
                                     const std::function<bool()>& should_stop);

}  // namespace foldproof
