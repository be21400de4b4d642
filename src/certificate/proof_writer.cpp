// Claim: the file states `result` and holds, for each part of it, a section that proves it.
//   lower: by the cover that proved it (RadiusResult::lower_by), and the pairs of the boundary of that radius if the
//   cover needs them; local: by the sign cover of that radius; upper: by the pair.
// A node whose box does not meet the proved ball in its interior disappears, because its sibling then fills the part of
// the parent that does; so leaves that lie outside need no kind of their own, whatever stopped the search.
#include "certificate/proof_writer.h"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>

#include "foldproof/foldproof.h"

namespace foldproof {

class ProofWriter::Output {
 public:
  explicit Output(const std::string& path) : path_(path), part_(path + ".part"), file_(gzopen(part_.c_str(), "wb6")) {
    if (file_ == nullptr) throw InputError("the proof cannot be written to '" + path + "': choose another file");
  }
  ~Output() {
    if (file_ != nullptr) {
      gzclose(file_);
      std::error_code ignored;
      std::filesystem::remove(part_, ignored);
    }
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::uint64_t next_line() const { return next_line_; }
  void line(const std::string& text) {
    ++next_line_;
    buffer_ += text;
    buffer_ += '\n';
    if (buffer_.size() > (1U << 16U)) flush();
  }
  std::uint64_t finish() {
    flush();
    const int closed = gzclose(file_);
    file_ = nullptr;
    std::error_code error;
    if (closed != Z_OK) fail();
    const std::uint64_t bytes = std::filesystem::file_size(part_, error);
    if (!error) std::filesystem::rename(part_, path_, error);
    if (error) fail();
    return bytes;
  }

  ProofSize size;

 private:
  [[noreturn]] void fail() const {
    throw InputError("the proof cannot be written to '" + path_ + "': free some space or choose another file");
  }
  void flush() {
    if (!buffer_.empty() && gzwrite(file_, buffer_.data(), static_cast<unsigned>(buffer_.size())) <= 0) fail();
    buffer_.clear();
  }

  std::string path_, part_;
  gzFile file_;
  std::string buffer_;
  std::uint64_t next_line_ = 1;
};

ProofWriter::ProofWriter(const std::filesystem::path& folder)
    : nodes_(folder), cells_(folder), pairs_(folder), functionals_(folder) {}

void ProofWriter::root(std::uint64_t id, const Box&, const char* cover) { roots_[cover] = id; }

void ProofWriter::split(std::uint64_t id, int axis, double where, std::uint64_t first_child) {
  nodes_.at(id) = {where, first_child, axis, 's'};
}

void ProofWriter::leaf(std::uint64_t id, const Box&, const char*, int sign, double, const std::string& cells) {
  if (sign != 0) sign_ = sign;
  const std::size_t place = cells_.append(cells.data(), cells.size());
  nodes_.at(id) = {0.0, place, static_cast<std::int32_t>(cells.size()), cells.empty() ? 'l' : 'c'};
}

void ProofWriter::boundary(double, int faces) {
  faces_ = faces;
  patches_.assign(static_cast<std::size_t>(faces), {});
  pairs_.clear();
  functionals_.clear();
}

void ProofWriter::patch_split(int patch, int axis, double where, int below, int above) {
  const auto count = static_cast<std::size_t>(std::max({patch, below, above})) + 1;
  if (patches_.size() < count) patches_.resize(count);
  patches_[static_cast<std::size_t>(patch)] = {axis, where, below, above};
}

void ProofWriter::pair_split(std::uint64_t pair, char how, std::uint64_t first_child) {
  pairs_.at(pair) = {first_child, how};
}

void ProofWriter::pair_leaf(std::uint64_t pair, char how, const std::vector<double>& functional) {
  pairs_.at(pair) = {functionals_.append(functional.data(), functional.size()), how};
}

template <class OnSplit, class OnLeaf>
void ProofWriter::walk_cover(std::uint64_t id, Box& box, const OnSplit& split, const OnLeaf& leaf) const {
  const Node node = id < nodes_.size() ? nodes_[id] : Node{};
  if (node.kind == 0) throw std::logic_error("the proof has a hole: a part of the ball that no leaf covers");
  if (node.kind != 's') return leaf(node, box);
  const auto axis = static_cast<std::size_t>(node.axis);
  if (node.where >= box.upper[axis]) return walk_cover(node.first, box, split, leaf);
  if (node.where <= box.lower[axis]) return walk_cover(node.first + 1, box, split, leaf);
  split(node);
  double saved = node.where;
  std::swap(box.upper[axis], saved);
  walk_cover(node.first, box, split, leaf);
  std::swap(box.upper[axis], saved);
  std::swap(box.lower[axis], saved);
  walk_cover(node.first + 1, box, split, leaf);
  std::swap(box.lower[axis], saved);
}

std::optional<RefusedLeaf> ProofWriter::leaf_on_line(std::uint64_t line) const {
  std::optional<RefusedLeaf> found;
  for (const Written& cover : written_) {
    std::uint64_t here = cover.line;
    Box box = cover.box;
    walk_cover(
        cover.root, box, [&](const Node&) { ++here; },
        [&](const Node&, const Box& leaf) {
          if (here++ == line) found = RefusedLeaf{cover.cover, leaf.distance()};
        });
  }
  return found;
}

void ProofWriter::write_patch(Output& output, int patch) const {
  const PatchNode& node = patches_[static_cast<std::size_t>(patch)];
  if (node.axis < 0) return output.line(".");
  output.line("s " + std::to_string(node.axis) + ' ' + canonical(node.where));
  write_patch(output, node.below);
  write_patch(output, node.above);
}

void ProofWriter::write_pair(Output& output, std::uint64_t pair) const {
  const PairNode node = pair < pairs_.size() ? pairs_[pair] : PairNode{};
  if (node.how == 0) throw std::logic_error("the proof has a hole: a pair of patches that is not settled");
  std::string text(1, node.how);
  const bool divided = node.how == 'd' || node.how == 'x' || node.how == 'y';
  if (node.how == 'f') {
    for (std::size_t o = 0; o < static_cast<std::size_t>(faces_) / 2; ++o)
      text += ' ' + canonical(functionals_[node.first + o]);
  }
  output.line(text);
  if (!divided) ++output.size.pairs;
  for (std::uint64_t child = 0; divided && child < (node.how == 'd' ? 3U : 2U); ++child)
    write_pair(output, node.first + child);
}

std::string end_line(const std::string& question, const RadiusResult& result) {
  if (question == "injective") return result.collision ? "end refuted" : result.closed ? "end proved" : "end open";
  const std::string upper = !result.collision ? "none" : result.zero ? "0" : result.collision->radius.canonical();
  return "end lower " + canonical(result.lower) + " local " + canonical(result.local_lower) + " upper " + upper;
}

ProofSize ProofWriter::write(const std::string& path, const Problem& problem, const RadiusResult& result,
                             const ProofSubject& subject) const {
  Output output(path);
  written_.clear();
  const auto point = [](const char* name, const std::vector<Rational>& x) {
    std::string text = name;
    for (const Rational& entry : x) text += ' ' + entry.canonical();
    return text;
  };
  output.line("foldproof-proof 2");
  output.line("network " + subject.weights_sha256);
  output.line("question " + subject.question);
  output.line("norm linf");
  if (subject.question == "radius") output.line(point("center", problem.centre));
  if (!problem.domain.empty()) {
    std::string text = "domain";
    for (const auto& [lower, upper] : problem.domain) text += ' ' + lower.canonical() + ':' + upper.canonical();
    output.line(text);
  }
  output.line("ball " + canonical(result.zero ? problem.max_radius : result.local_lower));
  std::string inactive = "inactive";
  for (const int j : subject.inactive) inactive += ' ' + std::to_string(j);
  output.line(inactive);

  const auto cover = [&](const char* root, const std::string& kind, double radius) {
    output.line("cover " + kind + ' ' + canonical(radius) + (kind == "sign" ? sign_ > 0 ? " +" : " -" : ""));
    if (kind == "monotone") {
      std::string text = "matrix";
      for (const double entry : preconditioner_) text += ' ' + canonical(entry);
      output.line(text);
    }
    Box box = problem.root(radius);
    written_.push_back({output.next_line(), roots_.at(root), box, root});
    walk_cover(
        roots_.at(root), box,
        [&](const Node& node) { output.line("s " + std::to_string(node.axis) + ' ' + canonical(node.where)); },
        [&](const Node& node, const Box&) {
          ++output.size.leaves;
          if (node.kind == 'l') return output.line("l");
          output.line("c " + std::string(&cells_[node.first], static_cast<std::size_t>(node.axis)));
        });
  };
  const std::string& by = result.lower_by;
  if (result.lower > 0.0 && by == "whole") cover("whole", "sign", result.lower);
  if (result.lower > 0.0 && by == "monotone") cover("monotone", "monotone", result.lower);
  if (result.sign_lower > 0.0 && (by == "sign" || by == "boundary" || result.sign_lower > result.lower)) {
    cover("local", "sign", result.sign_lower);
  }
  if (result.lower > 0.0 && by == "boundary") {
    output.line("boundary " + canonical(result.lower));
    output.line("patches");
    for (int face = 0; face < faces_; ++face) write_patch(output, face);
    output.line("pairs");
    const auto roots = static_cast<std::uint64_t>(faces_ * (faces_ + 1) / 2);
    for (std::uint64_t pair = 0; pair < roots; ++pair) write_pair(output, pair);
  }
  if (result.collision) {
    output.line("collision");
    output.line(point("x", result.collision->x));
    output.line(point("y", result.collision->y));
  }
  output.line(end_line(subject.question, result));
  ProofSize size = output.size;
  size.bytes = output.finish();
  return size;
}

}  // namespace foldproof
