#include "certificate/arguments.h"

#include <algorithm>
#include <cmath>

#include "number/decimal.h"

namespace foldproof {

Rational read_number(const std::string& text, const std::string& what) {
  auto number = Rational::parse(text);
  if (!number)
    throw InputError(what + " is not a number: '" + text + "' (write a decimal like 0.1 or a fraction like 1/3)");
  return *std::move(number);
}

std::vector<std::pair<Rational, Rational>> read_box(const std::vector<std::pair<std::string, std::string>>& box,
                                                    int inputs, const std::string& what) {
  if (static_cast<int>(box.size()) != inputs) {
    throw InputError(what + " has " + count_of(box.size(), "interval") + " but the network has " +
                     count_of(inputs, "free input") + ": give one interval L:U per free input");
  }
  std::vector<std::pair<Rational, Rational>> result;
  for (std::size_t i = 0; i < box.size(); ++i) {
    const std::string name = what + " of input " + std::to_string(i);
    Rational lower = read_number(box[i].first, name);
    Rational upper = read_number(box[i].second, name);
    if (lower >= upper) {
      throw InputError(name + " is empty or a single point (" + box[i].first + ":" + box[i].second +
                       "): give L < U, or freeze the input with --fix " + std::to_string(i) + "=" + box[i].first);
    }
    result.emplace_back(std::move(lower), std::move(upper));
  }
  return result;
}

void require_options(const Options& options) {
  if (!(options.gap > 0.0 && options.gap < 1.0)) throw InputError("the gap must lie between 0 and 1 (it is relative)");
  if (!(options.time >= 0.0) || !(options.memory_gib >= 0.0) || options.threads < 0) {
    throw InputError("time, memory and threads must not be negative (0 means no limit, or all cores)");
  }
  if (!norm_named(options.norm)) throw InputError("the norm '" + options.norm + "' is not known: use linf, l1 or l2");
}

std::vector<std::string> texts(const std::vector<Rational>& numbers) {
  std::vector<std::string> result;
  for (const Rational& number : numbers) result.push_back(number.str());
  return result;
}

std::vector<double> doubles(const std::vector<Rational>& numbers) {
  std::vector<double> result;
  for (const Rational& number : numbers) result.push_back(number.nearest_double());
  return result;
}

std::vector<Rational> read_point(const std::vector<std::string>& at, int inputs, const std::string& what) {
  if (static_cast<int>(at.size()) != inputs) {
    throw InputError(what + " has " + count_of(at.size(), "coordinate") + " but the network has " +
                     count_of(inputs, "free input") + ": give one number per input that is not fixed");
  }
  std::vector<Rational> result;
  for (std::size_t i = 0; i < at.size(); ++i) {
    std::string name = "coordinate " + std::to_string(i) + " of " + what;
    result.push_back(read_number(at[i], name));
  }
  return result;
}

std::vector<Rational> read_scale(const Options& options, int inputs) {
  if (options.scale.empty()) return {};
  if (static_cast<int>(options.scale.size()) != inputs) {
    throw InputError("the scale has " + count_of(options.scale.size(), "number") + " but the network has " +
                     count_of(inputs, "free input") + ": give one positive number per input that is not fixed");
  }
  std::vector<Rational> result;
  for (std::size_t i = 0; i < options.scale.size(); ++i) {
    result.push_back(read_number(options.scale[i], "the scale of input " + std::to_string(i)));
    if (result.back().sign() <= 0) {
      throw InputError("the scale of input " + std::to_string(i) + " must be positive, not " + options.scale[i]);
    }
  }
  return result;
}

Model scaled_model(const Model& model, const Options& options) {
  const std::vector<Rational> scale = read_scale(options, model.inputs());
  if (scale.empty()) return model;
  return Model(std::make_shared<const Network>(scale_inputs(model.as_read(), scale)));
}

Problem ball_problem(const Model& model, const std::vector<std::string>& at, const Options& options) {
  Problem problem;
  problem.network = &model.network();
  problem.norm = norm_named(options.norm).value();
  problem.scale = read_scale(options, model.inputs());
  problem.gap = options.gap;
  problem.centre = read_point(at, model.inputs(), "the point");
  if (!options.domain.empty()) {
    problem.domain = read_box(options.domain, model.inputs(), "the domain");
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (problem.centre[i] < problem.domain[i].first || problem.centre[i] > problem.domain[i].second) {
        throw InputError("coordinate " + std::to_string(i) + " of the point (" + at[i] + ") lies outside the domain [" +
                         options.domain[i].first + ", " + options.domain[i].second +
                         "]: move the point or widen the domain");
      }
    }
  }
  for (std::size_t i = 0; i < problem.scale.size(); ++i) {
    problem.centre[i] /= problem.scale[i];
    if (problem.domain.empty()) continue;
    problem.domain[i].first /= problem.scale[i];
    problem.domain[i].second /= problem.scale[i];
  }
  Rational limit = Rational(10) * std::max(Rational(1), norm_upper(problem.norm, problem.centre));
  if (!options.max_radius.empty()) {
    limit = read_number(options.max_radius, "the largest radius");
    if (limit.sign() <= 0) throw InputError("the largest radius must be positive, not " + options.max_radius);
  }
  problem.max_radius = std::min(limit.upper_double(), problem.domain_reach());
  if (!std::isfinite(problem.max_radius)) throw InputError("the largest radius does not fit a double");
  return problem;
}

Problem box_problem(const Model& model, const std::vector<std::pair<std::string, std::string>>& box,
                    const Options& options) {
  if (options.norm != "linf" || !options.scale.empty()) {
    throw InputError("a question about a box knows no norm and no scale: leave them out");
  }
  Problem problem;
  problem.network = &model.network();
  problem.gap = options.gap;
  problem.domain = read_box(box, model.inputs(), "the box");
  for (const auto& [lower, upper] : problem.domain) problem.centre.push_back((lower + upper) / Rational(2));
  problem.max_radius = problem.domain_reach();
  if (!std::isfinite(problem.max_radius)) throw InputError("the box does not fit into doubles");
  return problem;
}

}  // namespace foldproof
