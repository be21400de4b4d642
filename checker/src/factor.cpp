// Two networks A, B of the same inputs: where do equal outputs of A make equal outputs of B? (docs/certificate.md, 4.7)
// `e`, claim: A(u) = A(v) gives B(u) = B(v) for u in X, v in Y. Forms are affine in u, v and in the outputs of neurons
//   that are not decided on X, or on Y; they are evaluated at u, v and the true outputs. All forms of the span S are 0
//   there: those that A's outputs give; and h_j^X - h_j^Y, where z_j^X - z_j^Y is in S, since equal pre-activations
//   have equal outputs. So a form of S that is a constant must be 0, or there are no such u, v.
// Common kernel, claim: columns of J(s) at the pivots of G are enough. Proof: G = G' E, E its reduced row echelon form,
//   where the pivots of E are unit vectors. Every row of J(s) is a combination of rows of G, so J(s) = H E, and H is
//   J(s) at the pivots. If it has full column rank, A(x) = A(y) gives E (x - y) = 0, so G (x - y) = 0, and B depends on
//   G x.
#include <climits>

#include "checker.h"

namespace foldproof_check {

namespace {

using Form = std::map<int, Rational>;  // no zeros
constexpr int constant = INT_MAX;
constexpr std::size_t bytes_of_term = 150;  // of a form, about

void add(Form& form, const Rational& factor, const Form& other) {
  for (const auto& [variable, coefficient] : other) {
    const auto entry = form.try_emplace(variable).first;
    entry->second += factor * coefficient;
    if (entry->second == 0) form.erase(entry);
  }
}

/// a - b, for a on X and b on Y: their variables are told apart.
Form difference(const Form& a, const Form& b) {
  Form result;
  for (const auto& [variable, coefficient] : a) result[variable == constant ? constant : 2 * variable] = coefficient;
  for (const auto& [variable, coefficient] : b)
    add(result, Rational(-1), {{variable == constant ? constant : 2 * variable + 1, coefficient}});
  return result;
}

/// Forms by their first variables, in echelon form: what reduced() leaves of a form of the span is empty.
class Span {
 public:
  Form reduced(Form form) const {
    for (auto entry = form.begin(); entry != form.end();) {
      const int variable = entry->first;
      const auto by = rows_.find(variable);
      if (by != rows_.end()) add(form, Rational(-entry->second / by->second.begin()->second), by->second);
      entry = form.upper_bound(variable);
    }
    return form;
  }
  bool holds(const Form& form) const { return reduced(form).empty(); }
  void insert(const Form& form) {
    Form rest = reduced(form);
    if (rest.empty()) return;
    const int first = rest.begin()->first;
    rows_.emplace(first, std::move(rest));
  }
  bool absurd() const { return rows_.count(constant) != 0; }

 private:
  std::map<int, Form> rows_;
};

}  // namespace

struct Checker::Side {
  std::vector<Form> z, h, outputs;  // by neuron of the file, by output
};

void Checker::find_common_kernel() {
  std::vector<Affine> rows;
  const auto add_row = [&](const Row& row) {
    rows.emplace_back(at(n_));
    for (const auto& [variable, coefficient] : row.terms) {
      if (variable < n_) rows.back()[at(variable)] = coefficient;
    }
  };
  for (const int j : joint_.kept) add_row(joint_.neurons[at(j)]);
  std::for_each(joint_.outputs.begin(), joint_.outputs.end(), add_row);
  columns_ = pivots(std::move(rows), n_);
}

NetPointer Checker::patch_joint(int index) {
  if (index < 0) return joint_root_;
  if (!patches_[at(index)].joint) {
    const NetPointer net = patch_joint(patches_[at(index)].parent);
    enclose(*net, patches_[at(index)].box, enclosure_);
    patches_[at(index)].joint = decided(net, enclosure_.phase, joint_root_);
    cached_ += patches_[at(index)].joint->w.size() * sizeof(double);
  }
  return patches_[at(index)].joint;
}

/// The joint network on a patch.
std::shared_ptr<const Checker::Side> Checker::side(int index) {
  std::shared_ptr<const Side>& known = patches_[at(index)].side;
  if (known) return known;
  const NetPointer net = patch_joint(index);
  auto result = std::make_shared<Side>();
  result->z.resize(joint_.neurons.size());
  result->h.resize(joint_.neurons.size());
  const auto form = [&](const Row& row) {
    Form sum;
    if (row.constant != 0) sum[constant] = row.constant;
    for (const auto& [v, coefficient] : row.terms) add(sum, coefficient, v < n_ ? Form{{v, 1}} : result->h[at(v - n_)]);
    cached_ += sum.size() * bytes_of_term;
    return sum;
  };
  for (std::size_t p = 0; p < joint_.kept.size(); ++p) {
    const int j = joint_.kept[p];
    result->z[at(j)] = form(joint_.neurons[at(j)]);
    if (net->known[p] == Phase::active) result->h[at(j)] = result->z[at(j)];
    if (net->known[p] == Phase::undecided) result->h[at(j)] = {{n_ + j, 1}};
  }
  for (const Row& row : joint_.outputs) result->outputs.push_back(form(row));
  return known = result;
}

void Checker::equal_outputs(int x, int y) {
  const std::shared_ptr<const Side> a = side(x), b = side(y);
  Span span;
  std::vector<Form> wanted;
  for (std::size_t o = 0; o < a->outputs.size(); ++o) {
    const Form gap = difference(a->outputs[o], b->outputs[o]);
    if (o < at(m_)) {
      span.insert(gap);
    } else {
      wanted.push_back(gap);
    }
  }
  const auto equal = [&] {
    return span.absurd() || std::all_of(wanted.begin(), wanted.end(), [&](const Form& gap) { return span.holds(gap); });
  };
  for (std::size_t p = 0; p < joint_.kept.size() && (p > 0 || !equal()); ++p) {
    const std::size_t j = at(joint_.kept[p]);
    if (span.holds(difference(a->z[j], b->z[j]))) span.insert(difference(a->h[j], b->h[j]));
  }
  require(equal(), "pair: equal outputs of A may make other outputs of B");
}

}  // namespace foldproof_check
