// What callers give, as text, becomes exact numbers here, with one sentence for each mistake; and back again.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "foldproof/foldproof.h"
#include "question/problem.h"

namespace foldproof {

/// `what` names the number in a message. All of these throw InputError.
Rational read_number(const std::string& text, const std::string& what);
/// One number per free input; `what` is "the point" or the like.
std::vector<Rational> read_point(const std::vector<std::string>& at, int inputs, const std::string& what);
std::vector<std::pair<Rational, Rational>> read_box(const std::vector<std::pair<std::string, std::string>>& box,
                                                    int inputs, const std::string& what);
void require_options(const Options& options);

/// The model that a question with Options::scale is about (Problem::scale); without, a copy of the model.
Model scaled_model(const Model& model, const Options& options);
/// The question about a ball: centre, domain and largest radius, as read; the network is that of scaled_model().
Problem ball_problem(const Model& model, const std::vector<std::string>& at, const Options& options);
/// The question about a box: its middle is the centre, the box the domain.
Problem box_problem(const Model& model, const std::vector<std::pair<std::string, std::string>>& box,
                    const Options& options);

std::vector<std::string> texts(const std::vector<Rational>& numbers);
std::vector<double> doubles(const std::vector<Rational>& numbers);

}  // namespace foldproof
