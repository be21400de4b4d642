// Problem 1 on a ball, and the yes/no question on a box: from texts to an Answer.
#include <algorithm>
#include <stdexcept>

#include "bounds/simplify.h"
#include "certificate/arguments.h"
#include "certificate/part_question.h"
#include "certificate/radius_inquiry.h"
#include "model/evaluate.h"
#include "search/point_cover.h"

namespace foldproof {

std::string version() { return FOLDPROOF_VERSION; }

RadiusInquiry::RadiusInquiry(const Model& model, const Network& as_read, Problem problem, const Options& options,
                             const std::string& question)
    : model_(model), problem_(std::move(problem)) {
  const Network& asked = *problem_.network;
  problem_.neurons_as_read = as_read.neuron_count();
  inactive_ = inactive_on(asked, RegionNetwork(asked, problem_.centre), problem_.box_around(problem_.max_radius));
  if (!inactive_.empty()) simpler_ = merge_hinges(as_read, inactive_);
  answer_.question = question;
  answer_.norm = options.norm;
  answer_.scale_exact = texts(problem_.scale);
}

// A leaf on a ball that shrank while it was searched is checked on its part of the last ball, where a test that
// searches for a matrix may fail. With the pair known, the ball does not shrink again.
Problem RadiusInquiry::next_problem(double margin) {
  Problem next = problem_;
  next.margin = margin;
  if (!inactive_.empty()) next.network = &simpler_;
  known_ = found_.collision;
  if (known_) next.known = &*known_;
  next.known_kind = found_.kind;
  return next;
}

void RadiusInquiry::search(double margin, Control& control) {
  Problem simplified = next_problem(margin);
  if (control.delegate() != nullptr && answer_.question != "pseudo") {
    simplified.asked = question_for_workers(model_, simplified, inactive_);
  }
  found_ = answer_.question == "pseudo" ? search_pseudo(simplified, control) : search_radius(simplified, control);
  const auto& pair = found_.collision;
  const auto image = [&](const std::vector<Rational>& x) {
    return evaluate(model_.network(), problem_.given(x)).output;
  };
  // Only with a scale does the question ask about another network than the given one.
  const auto collides = [&] {
    return verify_collision(problem_, pair->x, pair->y) && (problem_.scale.empty() || image(pair->x) == image(pair->y));
  };
  if (pair && !collides()) {
    throw std::logic_error(
        "the colliding pair does not collide in the network that was asked: this is a bug in foldproof");
  }
}

// A result that calls itself closed has reached what was asked.
std::string RadiusInquiry::contradiction() const {
  if (!found_.closed || found_.zero) return {};
  const bool consistent =
      found_.collision ? problem_.any_collision || found_.lower >= found_.collision->radius_upper * (1.0 - problem_.gap)
                       : found_.lower >= problem_.max_radius;
  return consistent ? "" : "the search ended with a bracket that it calls closed and that is not";
}

void RadiusInquiry::report(const Control& control) {
  const Problem& problem = problem_;
  const RadiusResult& found = found_;
  Answer& answer = answer_;
  const std::vector<Rational> centre = problem.given(problem.centre);
  answer.center_exact = texts(centre);
  answer.center = doubles(centre);
  answer.domain_exact.clear();
  for (const auto& [lower, upper] : problem.given_domain()) answer.domain_exact.emplace_back(lower.str(), upper.str());
  answer.lower = found.lower;
  answer.lower_exact = Rational::from_double(found.lower).str();
  answer.local_lower = found.local_lower;
  answer.limit.clear();
  if (found.collision) {
    const Collision& pair = *found.collision;
    answer.upper = found.zero ? 0.0 : pair.radius_upper;
    answer.upper_exact = found.zero ? "0" : pair.radius.str();
    if (problem.norm == Norm::l2 && !found.zero) {
      answer.upper_squared_exact = std::max(problem.squared_radius_of(pair.x), problem.squared_radius_of(pair.y)).str();
    }
    answer.limit = found.kind;
    const std::vector<Rational> x = problem.given(pair.x), y = problem.given(pair.y);
    answer.witness =
        Witness{texts(x), texts(y), texts(pair.f), texts(pair.b_x), texts(pair.b_y), doubles(x), doubles(y)};
    if (found.zero) answer.witness_scale_exact = found.scale.str();
  } else if (found.closed) {
    answer.limit = problem.max_radius >= problem.domain_reach() ? "none_within_domain" : "none_within_max_radius";
  }
  report_status(answer, found.closed, control);
  answer.resisting_place.clear();
  if (!found.closed && found.resisting) {
    std::vector<Rational> low = problem.centre, high = problem.centre;
    for (std::size_t i = 0; i < low.size(); ++i) {
      low[i] += Rational::from_double(found.resisting->lower[i]);
      high[i] += Rational::from_double(found.resisting->upper[i]);
    }
    low = problem.given(std::move(low));
    high = problem.given(std::move(high));
    for (std::size_t i = 0; i < low.size(); ++i) {
      answer.resisting_place.emplace_back(low[i].lower_double(), high[i].upper_double());
    }
  }
  if (answer.question == "injective") {
    answer.verdict = answer.witness ? "refuted" : answer.status == "solved" ? "proved" : "open";
    if (answer.witness) {
      answer.status = "solved";
      answer.stop_reason.reset();
      answer.resisting_place.clear();
    }
  }
}

std::string RadiusInquiry::statement(const ProofSubject& subject) const {
  const auto number = [](const std::string& text) { return Rational::parse(text).value().canonical(); };
  std::string text = stated_question(answer_, subject);
  if (answer_.witness) {
    text += stated_point("x", answer_.witness->x_exact);
    text += stated_point("y", answer_.witness->y_exact);
  }
  text += "end ";
  if (answer_.question == "injective") {
    text += answer_.verdict;
  } else {
    text += "lower " + number(answer_.lower_exact);
    if (answer_.question != "pseudo") text += " local " + canonical(answer_.local_lower);
    text += " upper ";
    text += answer_.upper_exact ? number(*answer_.upper_exact) : "none";
  }
  return text + '\n';
}

bool RadiusInquiry::retreat(std::uint64_t line) {
  const auto leaf = writer_->leaf_on_line(line);
  if (!leaf) return false;
  RadiusResult& found = found_;
  found.closed = false;
  const bool local = leaf->cover == "local";
  if (!(leaf->distance < (local ? found.sign_lower : found.lower))) return false;
  if (local) {
    if (found.lower_by == "boundary" && leaf->distance < found.lower) return false;  // the pairs are of that radius
    found.sign_lower = leaf->distance;
    if (found.lower_by == "sign") found.lower = std::min(found.lower, leaf->distance);
  } else {
    found.lower = leaf->distance;
  }
  if (answer_.question == "factor") found.sign_lower = std::min(found.sign_lower, found.lower);
  found.local_lower = std::max(found.sign_lower, found.lower);
  return true;
}

void withdraw_answer(Answer& answer) {
  withdraw_outcome(answer);
  Answer nothing;
  static_cast<Outcome&>(nothing) = answer;
  if (nothing.question == "injective") nothing.verdict = "open";
  answer = std::move(nothing);
}

namespace {

Answer answer(const Model& model, const Model& asked, Problem problem, const Options& options,
              const std::string& question) {
  RadiusInquiry inquiry(model, asked.as_read(), std::move(problem), options, question);
  settle(inquiry, options);
  return std::move(inquiry.answer());
}

// Where f is injective around the centre, no other point has the centre's image.
void compare(Answer& radius, Answer& pseudo) {
  const Answer& p = pseudo;
  if (!p.upper_exact || Rational::parse(radius.lower_exact).value() < Rational::parse(*p.upper_exact).value()) return;
  for (Answer* const answer : {&radius, &pseudo}) {
    answer->proof.refused = "the answers to Problem 1 and Problem 2 contradict each other";
    answer->proof.checked = false;
    withdraw_answer(*answer);
  }
}

}  // namespace

Answer radius(const Model& model, const std::vector<std::string>& at, const Options& options) {
  require_options(options);
  const Model asked = scaled_model(model, options);
  Answer result = answer(model, asked, ball_problem(asked, at, options), options, "radius");
  if (options.pseudo) {
    Options second = options;
    second.pseudo = false;
    if (!options.proof.empty()) second.proof += ".pseudo";
    auto other = std::make_shared<Answer>(pseudo(model, at, second));
    compare(result, *other);
    result.pseudo = std::move(other);
  }
  return result;
}

Answer pseudo(const Model& model, const std::vector<std::string>& at, const Options& options) {
  require_options(options);
  const Model asked = scaled_model(model, options);
  return answer(model, asked, ball_problem(asked, at, options), options, "pseudo");
}

Answer injective(const Model& model, const std::vector<std::pair<std::string, std::string>>& box,
                 const Options& options) {
  require_options(options);
  Problem problem = box_problem(model, box, options);
  problem.any_collision = true;
  return answer(model, model, std::move(problem), options, "injective");
}

}  // namespace foldproof
