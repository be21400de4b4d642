// Random networks, boxes and exact points for tests of enclosures; everything is a function of the generator.
#pragma once

#include <random>
#include <vector>

#include "bounds/region_network.h"
#include "model/network.h"

namespace foldproof::testing {

enum class Weights {
  integers,    ///< -2 .. 2 on a half-integer grid: hinges fall exactly on faces and corners of boxes
  thirds,      ///< none of them a double
  doubles,     ///< all of them doubles
  huge,        ///< 1e30 and 1e-30 side by side
  cancelling,  ///< almost equal neurons with large opposite weights
};

struct RandomShape {
  int inputs = 2;
  int outputs = 2;
  int hidden = 1;  ///< hidden layers
  int width = 4;
  bool skip = false;  ///< rows may also read inputs and all earlier layers
  Weights weights = Weights::doubles;
};

int random_int(std::mt19937_64& random, int low, int high);
Network random_network(const RandomShape& shape, std::mt19937_64& random);
std::vector<Rational> random_centre(const RandomShape& shape, std::mt19937_64& random);
/// About one side in four has width zero.
Box random_box(const RandomShape& shape, std::mt19937_64& random);
/// A box inside `box`, sharing some of its faces.
Box random_part(const Box& box, std::mt19937_64& random);
/// Points of the box, relative to the centre: corners, the middle, points on faces and inside; exact.
std::vector<std::vector<Rational>> sample_points(const Box& box, int count, std::mt19937_64& random);
std::vector<Rational> sum(std::vector<Rational> a, const std::vector<Rational>& b);

/// One shape after another: every kind of weights, one to four hidden layers, with and without skip connections.
std::vector<RandomShape> all_shapes();

}  // namespace foldproof::testing
