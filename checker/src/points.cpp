// Covers of preimages (docs/certificate.md, 4.3 to 4.5): which u of a box have f(u) = y? f is the rewritten network
// here, which is the network itself on U(R).
//   v, f   p . f(u) differs from p . y on all of the box: none.
//   t k    f(u) - y = J(s)(u - p_k) for slopes s between u and p_k, and J(s) has full column rank: at most p_k.
//   k k    Neurons that are not decided on the box are 0 at p_k, so along a ray from p_k within the box f is
//          y + t (f(p_k + d) - y). If some u != p_k of the box is a preimage, so are all points of the ray from p_k
//          through u, and the one where it leaves the box lies on a face without p_k. There is none on these faces:
//          their leaves exclude all of their box, `t` because its point is not in it.
//   cells  By the claim of covers.cpp f_P(u) = y on some cell, where r_j(u) >= 0: J_P of full column rank leaves p_k
//          alone; no solution, or a sum of zeros and numbers >= 0 that is < 0, leave none; or the closed piece of these
//          phases holds u and a whole segment of preimages that is listed. If such a sum is <= 0 on the box, it is 0 at
//          u, and so is each of its numbers; and where it depends on u_i, u lies in that side of the box where it is
//          greatest. Only p_k solves all these equations.
#include "checker.h"

namespace foldproof_check {

Checker::Preimage Checker::preimage_at(Point at_point) const {
  Preimage result{std::move(at_point), {}, {}};
  result.values = evaluate(network_, result.at);
  for (std::size_t p = 0; p < network_.kept.size(); ++p)
    result.z.push_back(enclosed(scaled(result.values.neurons[at(network_.kept[p])], root_->exponent[p])));
  return result;
}

Checker::Preimage Checker::preimage(const Words& words, const char* otherwise) const {
  require(awaits_cover_, "section: no value is to be reached");
  Preimage result = preimage_at(point_of(words));
  require(result.values.outputs == value_, otherwise);
  return result;
}

void Checker::reach(Point value) {
  value_ = std::move(value);
  target_.clear();
  for (std::size_t o = 0; o < at(m_); ++o)
    target_.push_back(enclosed(scaled(value_[o], root_->exponent[at(root_->k) + o])));
}

const Words& Checker::listed(const Words& words) {
  for (const std::string_view& word : words) listed_.append(word).append(1, &word == &words.back() ? '\n' : ' ');
  return words;
}

void Checker::value(const Words& words) {
  require(question_ == Question::preimages, "section: not for this question");
  require(!awaits_cover_, "value: the one before has no cover");
  reach(numbers(listed(checked(words, "value", m_))));
  awaits_cover_ = true;
  ++values_;
  points_.clear();
  flats_.clear();
  distinct_.clear();
}

void Checker::point(const Words& words) {
  points_.push_back(preimage(listed(checked(words, "point", n_)), "point: its output is not the value"));
  const Point& x = points_.back().at;
  if (!in_domain(x)) return;
  require(distinct_.insert(x).second, "point: the same as one before");
  ++found_;
}

void Checker::flat(const Words& words) {
  listed(checked(words, "flat", 0));
  const char* const otherwise = "flat: the output at an end is not the value";
  Preimage x = preimage(listed(line("x", n_)), otherwise), y = preimage(listed(line("y", n_)), otherwise);
  require(x.at != y.at, "flat: the two ends are equal");
  require(in_domain(x.at) && in_domain(y.at), "flat: an end outside the domain");
  for (const int j : network_.kept) {
    require(sgn(x.values.neurons[at(j)]) * sgn(y.values.neurons[at(j)]) >= 0,
            "flat: a neuron changes its sign between the ends");
  }
  ++flat_pieces_;
  flats_.push_back({std::move(x), std::move(y)});
}

void Checker::point_leaf(const Words& words, Box& piece, const NetPointer& net, int depth) {
  const std::string_view node = words[0];
  if (node == "v") {
    Vector unit(at(m_), 0.0);
    unit[at(index_below(checked(words, "v", 1)[1], m_))] = 1.0;
    misses(unit, piece, *net);
  } else if (node == "f") {
    Vector functional;
    for (int o = 0; o < m_; ++o)  // meant for the outputs as they are
      functional.push_back(
          std::ldexp(finite_double(checked(words, "f", m_)[at(o) + 1]), -root_->exponent[at(root_->k + o)]));
    misses(functional, piece, *net);
  } else if (node == "t") {
    const Preimage& to = points_[at(index_below(checked(words, "t", 1)[1], static_cast<int>(points_.size())))];
    require(!on_face_ || !holds(piece, to.at), "cone: the point of a secant test lies on the face");
    secant_to(to, piece, net);
  } else if (node == "k" && !on_face_) {
    cone(index_below(checked(words, "k", 1)[1], static_cast<int>(points_.size())), piece, net, depth);
  } else {
    require(node == "?" && !on_face_ && question_ == Question::preimages,
            "syntax: expected a node of this cover's tree");
    checked(words, "?", 0);
    ++open_;
  }
}

bool Checker::holds(const Box& piece, const Point& x) const {
  bool result = true;
  for (std::size_t i = 0; i < at(n_); ++i) {
    const Rational u = x[i] - centre_[i];
    result = result && Rational(piece.lower[i]) <= u && u <= Rational(piece.upper[i]);
  }
  return result;
}

void Checker::cone(int k, const Box& piece, const NetPointer& net, int depth) {
  const Preimage tip = points_[at(k)];
  require(holds(piece, tip.at), "cone: its tip is not in the box");
  // Rays go on outside the ball, where what was decided in it may not hold.
  const NetPointer from = norm_ == Norm::linf ? net : root_;
  Box whole = piece;
  whole.ball = {};
  enclose(*from, whole, enclosure_);
  for (std::size_t p = 0; p < at(from->k); ++p) {
    require(enclosure_.phase[p] != Phase::undecided || tip.values.neurons[at(network_.kept[at(from->number[p])])] == 0,
            "cone: a neuron that is not decided on the box is not 0 at the tip");
  }
  const NetPointer inside = decided(from, enclosure_.phase, root_);
  on_face_ = true;
  for (std::size_t i = 0; i < at(n_); ++i) {
    for (const bool upper : {false, true}) {
      Box face = whole;
      (upper ? face.lower : face.upper)[i] = (upper ? piece.upper : piece.lower)[i];
      if (!(tip.at[i] - centre_[i] == Rational(face.lower[i]))) cover_tree(face, inside, depth + 1);
    }
  }
  on_face_ = false;
}

void Checker::misses(const Vector& functional, const Box& piece, const Net& net) {
  enclose(net, piece, enclosure_);
  Interval difference;  // p . (middle of f - y)
  for (int o = 0; o < m_; ++o)
    difference = difference + functional[at(o)] * (enclosure_.form[net.k + o][0] + -target_[at(o)]);
  difference = difference + spread(functional, enclosure_.form, net.k, 1 + n_ + enclosure_.undecided, Frame(piece));
  require(difference.neg < 0.0 || difference.up < 0.0, "leaf: the value may be reached on this box");
}

void Checker::secant_to(const Preimage& to, const Box& piece, const NetPointer& net) {
  enclose(*root_, piece, enclosure_);
  std::vector<Interval> z = enclosure_.z;
  for (std::size_t p = 0; p < z.size(); ++p) {  // with what is known on larger boxes
    if (net->known[p] == Phase::active) z[p].neg = std::min(z[p].neg, 0.0);
    if (net->known[p] == Phase::inactive) z[p].up = std::min(z[p].up, 0.0);
  }
  if (net != root_) {
    enclose(*net, piece, enclosure_);
    for (std::size_t p = 0; p < at(net->k); ++p) z[at(net->number[p])] = enclosure_.z[p];
  }
  std::vector<Slope> slope;
  for (std::size_t p = 0; p < z.size(); ++p) slope.push_back(slope_between(z[p], to.z[p]));
  require(full_rank(slopes_of(*root_, slope)), "leaf: the secant test to the point is not proved");
}

void Checker::point_cell(std::string_view token, const Box& piece) {
  std::vector<Affine> f;
  for (std::size_t o = 0; o < at(m_); ++o) {
    f.push_back(on_piece(network_.outputs[o], n_, active_, affine_));
    f.back().back() -= value_[o];
  }
  const char kind = token.empty() ? '?' : token[0];
  if (kind == 'n') {
    require(token == "n", "syntax: unknown token of a cell");
    require(rank(f, n_ + 1) > rank(f, n_), "cells: the value has a preimage under the map of this cell");
  } else if (kind == 'f') {
    for (const Preimage& end : flats_[at(index_below(token.substr(1), static_cast<int>(flats_.size())))]) {
      for (const int j : network_.kept) {
        const int sign = sgn(end.values.neurons[at(j)]);
        require(active_[at(j)] ? sign >= 0 : sign <= 0, "cells: the flat segment lies in another piece");
      }
    }
  } else {  // `e` or a point, and multipliers
    const std::size_t mark = std::min(token.find(';'), token.size());
    const std::string_view lists = token.substr(kind == 'e' ? 1 : std::min(mark + 1, token.size()));
    const auto [most, zero] = combine(lists, std::move(f), sides(piece, true), piece.ball);
    if (kind == 'e') return require(most < 0, "cells: the multipliers do not show that the cell has no preimage");
    // p is the only point where all of these are 0.
    const Preimage& p = points_[at(index_below(token.substr(0, mark), static_cast<int>(points_.size())))];
    require(most <= 0, "cells: the multipliers do not show that the point is alone");
    require(rank(zero, n_) == n_, "cells: the Jacobian of this cell has not full column rank");
    for (const Affine& row : zero) {
      Rational value = row.back();
      for (std::size_t i = 0; i < at(n_); ++i) value += row[i] * p.at[i];
      require(value == 0, "cells: the point is no preimage under the map of this cell");
    }
  }
}

Interval spread(const Vector& p, const Matrix& form, int first, int columns, const Frame& frame) {
  Interval result;
  std::vector<Interval> of_inputs;
  for (int g = 1; g < columns; ++g) {
    Interval along;
    for (std::size_t o = 0; o < p.size(); ++o) along = along + p[o] * form[first + static_cast<int>(o)][g];
    if (of_inputs.size() < frame.mid.size()) {
      of_inputs.push_back(along);
    } else {
      widen(&result, size(along), 1);
    }
  }
  return result + range(frame, of_inputs);
}

}  // namespace foldproof_check
