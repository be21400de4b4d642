// J0 on a box: from texts to a Locus.
#include <algorithm>
#include <cmath>

#include "bounds/simplify.h"
#include "certificate/arguments.h"
#include "certificate/cover_tree.h"
#include "certificate/inquiry.h"
#include "search/locus.h"

namespace foldproof {

namespace {

constexpr std::size_t most_exact_points = 20000;

// Of the box's longest side, unless the caller says otherwise; by dimension, more than three last.
constexpr double usual_resolution[] = {0x1p-10, 0x1p-6, 0x1p-4, 0x1p-2};

class LocusRecord : public Observer {
 public:
  explicit LocusRecord(const std::filesystem::path& folder) : tree_(folder) {}

  void root(std::uint64_t id, const Box&, const char*) override { root_ = id; }
  void split(std::uint64_t id, int axis, double where, std::uint64_t first_child) override {
    tree_.split(id, axis, where, first_child);
  }
  void leaf(std::uint64_t id, const Box&, const char*, int, double, const std::string& line) override {
    tree_.leaf(id, line);
  }

  void write(ProofFile& file, const Box& box) const { tree_.write(file, root_, box, {}); }

 private:
  CoverTree tree_;
  std::uint64_t root_ = 0;
};

class LocusInquiry : public Inquiry {
 public:
  LocusInquiry(const Model& model, Problem problem, double resolution)
      : model_(model), problem_(std::move(problem)), resolution_(resolution) {
    const Network& asked = *problem_.network;
    inactive_ = inactive_on(asked, RegionNetwork(asked, problem_.centre), problem_.root(problem_.max_radius));
    if (!inactive_.empty()) simpler_ = merge_hinges(model.as_read(), inactive_);
    answer_.question = "j0";
  }

  std::vector<const Model*> models() const override { return {&model_}; }
  Observer& new_record(const std::filesystem::path& folder) override { return record_.emplace(folder); }
  void search(double margin, Control& control) override {
    Problem simplified = problem_;
    simplified.margin = margin;
    if (!inactive_.empty()) simplified.network = &simpler_;
    found_ = LocusSearch(simplified, resolution_, control).run();
  }
  void report(const Control& control) override;
  Outcome& answer() override { return answer_; }
  ProofSubject subject(const std::vector<std::string>& network_sha256) const override {
    return {network_sha256[0], "j0", inactive_};
  }
  ProofSize write_proof(const std::string& path, const ProofSubject& subject) override;
  std::string statement(const ProofSubject& subject) const override {
    return stated_question(answer_, subject) + end_line() + '\n';
  }
  bool retreat(std::uint64_t) override { return false; }
  void withdraw() override;

  Locus take() { return std::move(answer_); }

 private:
  std::string end_line() const {
    return "end boxes " + std::to_string(found_.boxes) + " width " + canonical(found_.width) + " open " +
           std::to_string(found_.open);
  }

  const Model& model_;
  Problem problem_;
  double resolution_;
  std::vector<int> inactive_;
  Network simpler_;
  LocusResult found_;
  std::optional<LocusRecord> record_;
  Locus answer_;
};

void LocusInquiry::report(const Control& control) {
  Locus& answer = answer_;
  answer.center_exact = texts(problem_.centre);
  answer.center = doubles(problem_.centre);
  answer.domain_exact.clear();
  for (const auto& [lower, upper] : problem_.domain) answer.domain_exact.emplace_back(lower.str(), upper.str());
  const auto n = problem_.centre.size();
  report_status(answer, (n > 3 || found_.shape_complete) && found_.open == 0 && !control.stop_reason(), control);
  answer.complete = found_.shape_complete;
  const LocusShape& shape = found_.shape;
  answer.points.clear();
  answer.points_exact.clear();
  const bool exactly = n <= 2 && shape.points.size() <= most_exact_points;
  for (const ExactPoint& point : shape.points) {
    const std::vector<Rational> x = point.coordinates();
    answer.points.push_back(doubles(x));
    if (exactly) answer.points_exact.push_back(texts(x));
  }
  answer.lines = shape.lines;
  answer.triangles = shape.triangles;
  answer.flats = shape.flats;
  answer.cells = found_.cells;
  answer.boxes = found_.boxes;
  answer.open = found_.open;
  answer.width = found_.width;
}

ProofSize LocusInquiry::write_proof(const std::string& path, const ProofSubject& subject) {
  ProofFile file(path);
  file.header(subject, problem_, problem_.max_radius);
  file.line("cover locus " + canonical(problem_.max_radius));
  record_->write(file, problem_.root(problem_.max_radius));
  file.line(end_line());
  return file.finish();
}

void LocusInquiry::withdraw() {
  withdraw_outcome(answer_);
  Locus nothing;
  static_cast<Outcome&>(nothing) = answer_;
  answer_ = std::move(nothing);
}

}  // namespace

Locus j0(const Model& model, const std::vector<std::pair<std::string, std::string>>& box, const LocusOptions& options) {
  require_options(options);
  const int n = model.inputs(), m = model.outputs();
  if (n != m) {
    throw InputError("J0 is where the sign of the Jacobian determinant changes, and the network maps " +
                     std::to_string(n) + " free inputs to " + std::to_string(m) +
                     " outputs: make it square, with --fix or --outputs");
  }
  Problem problem = box_problem(model, box, options);
  double resolution = options.resolution;
  if (!(resolution >= 0.0) || !std::isfinite(resolution)) {
    throw InputError("the resolution must be positive (0 means the usual one)");
  }
  if (resolution == 0.0) resolution = 2.0 * problem.max_radius * usual_resolution[std::min(n, 4) - 1];
  if (options.shape_only) {
    if (options.check || !options.proof.empty()) {
      throw InputError("without an enclosure there is no proof to check or keep: leave out one of the two");
    }
    if (n > 3) throw InputError("with more than three inputs there is no shape of J0: ask for the enclosure");
    resolution = 0.0;
  }
  LocusInquiry inquiry(model, std::move(problem), resolution);
  settle(inquiry, options);
  return inquiry.take();
}

}  // namespace foldproof
