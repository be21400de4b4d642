// All preimages of values in a box: from texts to an answer.
#include <algorithm>

#include "bounds/simplify.h"
#include "certificate/arguments.h"
#include "certificate/inquiry.h"
#include "model/evaluate.h"
#include "model/weights_file.h"
#include "search/preimage_search.h"

namespace foldproof {

namespace {

constexpr std::size_t most_listed = 1U << 16U;  // bytes of points that a checker repeats; of more it states the hash

// No neuron has pre-activations of strictly opposite signs at the two points: f is affine between them.
bool on_one_piece(const std::vector<Rational>& z, const std::vector<Rational>& other) {
  for (std::size_t j = 0; j < z.size(); ++j) {
    if (z[j].sign() * other[j].sign() < 0) return false;
  }
  return true;
}

class PreimagesInquiry : public Inquiry {
 public:
  PreimagesInquiry(const Model& model, Problem problem, std::vector<std::vector<Rational>> values)
      : model_(model), problem_(std::move(problem)), values_(std::move(values)) {
    const Network& asked = *problem_.network;
    inactive_ = inactive_on(asked, RegionNetwork(asked, problem_.centre), problem_.root(problem_.max_radius));
    if (!inactive_.empty()) simpler_ = merge_hinges(model.as_read(), inactive_);
    answer_.question = "preimages";
  }

  std::vector<const Model*> models() const override { return {&model_}; }
  Observer& new_record(const std::filesystem::path&) override { return nobody_; }
  void search(double margin, Control& control) override {
    control.phase = "preimages";
    Problem simplified = problem_;
    simplified.margin = margin;
    if (!inactive_.empty()) simplified.network = &simpler_;
    found_ = search_preimages(simplified, values_, control);
  }
  void report(const Control& control) override;
  Preimages& answer() override { return answer_; }
  ProofSubject subject(const std::vector<std::string>& network_sha256) const override {
    return {network_sha256[0], answer_.question, inactive_};
  }
  ProofSize write_proof(const std::string& path, const ProofSubject& subject) override;
  std::string statement(const ProofSubject& subject) const override;
  bool retreat(std::uint64_t line) override;
  void withdraw() override {
    withdraw_outcome(answer_);
    answer_.sets.clear();
    found_.clear();
  }

 private:
  PreimageSet set_of(const PreimageResult& found) const;

  const Model& model_;
  Problem problem_;
  std::vector<std::vector<Rational>> values_;
  std::vector<int> inactive_;
  Network simpler_;
  std::vector<PreimageResult> found_;
  std::vector<std::uint64_t> first_line_;  // of each tree in the proof written last
  Observer nobody_;
  Preimages answer_;
};

PreimageSet PreimagesInquiry::set_of(const PreimageResult& found) const {
  PreimageSet set;
  const auto z_at = [&](const std::vector<Rational>& x) { return evaluate(*problem_.network, x).pre_activation; };
  set.value_exact = texts(found.fibre.value);
  set.value = doubles(found.fibre.value);
  set.open = found.open;
  std::vector<std::pair<std::vector<Rational>, std::vector<Rational>>> ends;
  for (const FlatSegment& flat : found.fibre.flats) {
    set.flats.push_back({texts(flat.x), texts(flat.y), doubles(flat.x), doubles(flat.y)});
    ends.emplace_back(z_at(flat.x), z_at(flat.y));
  }
  for (const std::vector<Rational>& point : found.fibre.points) {
    PreimageSet::Point listed{texts(point), doubles(point), problem_.in_domain(point), true};
    if (!ends.empty()) {
      const std::vector<Rational> z = z_at(point);
      listed.isolated = std::none_of(ends.begin(), ends.end(), [&](const auto& pair) {
        return on_one_piece(z, pair.first) && on_one_piece(z, pair.second);
      });
    }
    set.points.push_back(std::move(listed));
  }
  return set;
}

void PreimagesInquiry::report(const Control& control) {
  answer_.domain_exact.clear();
  for (const auto& [lower, upper] : problem_.domain) answer_.domain_exact.emplace_back(lower.str(), upper.str());
  answer_.sets.clear();
  bool closed = true;
  for (const PreimageResult& found : found_) {
    answer_.sets.push_back(set_of(found));
    closed = closed && found.open == 0;
  }
  report_status(answer_, closed, control);
}

ProofSize PreimagesInquiry::write_proof(const std::string& path, const ProofSubject& subject) {
  ProofFile file(path);
  first_line_.clear();
  file.header(subject, problem_, problem_.max_radius);
  for (const PreimageResult& found : found_) {
    file.point("value", found.fibre.value);
    for (const std::vector<Rational>& point : found.fibre.points) file.point("point", point);
    for (const FlatSegment& flat : found.fibre.flats) {
      file.line("flat");
      file.point("x", flat.x);
      file.point("y", flat.y);
    }
    file.line("cover points " + canonical(problem_.max_radius));
    first_line_.push_back(file.next_line());
    file.line(found.tree);
    file.size.leaves += found.leaves;
  }
  file.line(answer_.summary());
  return file.finish();
}

std::string PreimagesInquiry::statement(const ProofSubject& subject) const {
  std::string listed;
  for (const PreimageSet& set : answer_.sets) {
    listed += stated_point("value", set.value_exact);
    for (const PreimageSet::Point& point : set.points) listed += stated_point("point", point.x_exact);
    for (const PreimageSet::Flat& flat : set.flats) {
      listed += "flat\n";
      listed += stated_point("x", flat.x_exact);
      listed += stated_point("y", flat.y_exact);
    }
  }
  if (listed.size() > most_listed) listed = "listed " + sha256_of(listed) + '\n';
  return stated_question(answer_, subject) + listed + answer_.summary() + '\n';
}

// The refused leaf becomes an open one.
bool PreimagesInquiry::retreat(std::uint64_t line) {
  const auto after = std::upper_bound(first_line_.begin(), first_line_.end(), line);
  if (after == first_line_.begin()) return false;
  const auto place = static_cast<std::size_t>(after - first_line_.begin()) - 1;
  PreimageResult& found = found_[place];
  std::size_t begin = 0;
  for (std::uint64_t skip = line - first_line_[place]; skip > 0; --skip) {
    begin = found.tree.find('\n', begin);
    if (begin == std::string::npos) return false;
    ++begin;
  }
  const std::size_t end = std::min(found.tree.find('\n', begin), found.tree.size());
  const char kind = found.tree[begin];
  const bool on_faces = found.tree.find("\nk ") != std::string::npos || found.tree.starts_with("k ");
  if (on_faces || (kind != 'v' && kind != 'f' && kind != 't' && kind != 'c')) return false;
  found.tree.replace(begin, end - begin, "?");
  ++found.open;
  return true;
}

}  // namespace

std::uint64_t PreimageSet::count() const {
  const auto inside = [](const Point& point) { return point.inside; };
  return static_cast<std::uint64_t>(std::count_if(points.begin(), points.end(), inside));
}

std::string Preimages::summary() const {
  std::uint64_t points = 0, flats = 0, open = 0;
  for (const PreimageSet& set : sets) {
    points += set.count();
    flats += set.flats.size();
    open += set.open;
  }
  return "end values " + std::to_string(sets.size()) + " points " + std::to_string(points) + " flats " +
         std::to_string(flats) + " open " + std::to_string(open);
}

Preimages preimages(const Model& model, const std::vector<std::vector<std::string>>& values,
                    const std::vector<std::pair<std::string, std::string>>& box, const Options& options) {
  require_options(options);
  Problem problem = box_problem(model, box, options);
  if (values.empty()) throw InputError("no value is given: name at least one, with one number per output");
  std::vector<std::vector<Rational>> exact;
  for (std::size_t v = 0; v < values.size(); ++v) {
    const std::string name = values.size() == 1 ? "the value" : "value " + std::to_string(v);
    if (static_cast<int>(values[v].size()) != model.outputs()) {
      throw InputError(name + " has " + std::to_string(values[v].size()) + " numbers but the network has " +
                       std::to_string(model.outputs()) + " outputs: give one number per output that is kept");
    }
    std::vector<Rational>& numbers = exact.emplace_back();
    for (std::size_t o = 0; o < values[v].size(); ++o) {
      numbers.push_back(read_number(values[v][o], "entry " + std::to_string(o) + " of " + name));
    }
  }
  PreimagesInquiry inquiry(model, std::move(problem), std::move(exact));
  settle(inquiry, options);
  return std::move(inquiry.answer());
}

}  // namespace foldproof
