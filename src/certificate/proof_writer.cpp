// Claim: the file states `result` and holds, for each part of it, a section that proves it.
//   lower: by the cover that proved it (RadiusResult::lower_by), and the pairs of the boundary of that radius if the
//   cover needs them, or by all pairs of the ball; local: by the sign cover of that radius; upper: by the pair.
#include "certificate/proof_writer.h"

namespace foldproof {

std::optional<RefusedLeaf> ProofWriter::leaf_on_line(std::uint64_t line) const {
  for (const Written& cover : written_) {
    const auto box = covers_.leaf_on_line(line, cover.line, cover.root, cover.box, cover.ball);
    if (box) return RefusedLeaf{cover.cover, box->distance(cover.ball.norm)};
  }
  return std::nullopt;
}

std::string end_line(const std::string& question, const RadiusResult& result) {
  if (question == "injective") return result.collision ? "end refuted" : result.closed ? "end proved" : "end open";
  const std::string upper = !result.collision ? "none" : result.zero ? "0" : result.collision->radius.canonical();
  if (question == "pseudo") return "end lower " + canonical(result.lower) + " upper " + upper;
  return "end lower " + canonical(result.lower) + " local " + canonical(result.local_lower) + " upper " + upper;
}

ProofSize ProofWriter::write(const std::string& path, const Problem& problem, const RadiusResult& result,
                             const ProofSubject& subject) const {
  ProofFile file(path);
  written_.clear();
  file.header(subject, problem, result.zero ? problem.max_radius : result.local_lower);

  const auto cover = [&](const char* root, const std::string& kind, double radius) {
    file.line("cover " + kind + ' ' + canonical(radius) + (kind == "sign" ? sign_ > 0 ? " +" : " -" : ""));
    if (kind == "monotone") {
      std::string text = "matrix";
      for (const double entry : preconditioner_) text += ' ' + canonical(entry);
      file.line(text);
    }
    written_.push_back({file.next_line(), roots_.at(root), problem.root(radius), {problem.norm, radius}, root});
    covers_.write(file, written_.back().root, written_.back().box, written_.back().ball);
  };
  const std::string& by = result.lower_by;
  // One line settles the whole ball: `l` where determinants have signs, else a section of one pair.
  const bool pseudo = subject.question == "pseudo";
  const bool square = problem.common_outputs() == problem.network->inputs;
  if (result.lower > 0.0 && by == "whole" && (pseudo || square))
    cover("whole", pseudo ? "points" : "sign", result.lower);
  if (result.lower > 0.0 && by == "points") cover("points", "points", result.lower);
  if (result.lower > 0.0 && (by == "equal" || (by == "whole" && !pseudo && !square))) {
    file.line("pairs " + canonical(result.lower) + "\npatches\n.\npairs");
    file.line(by == "equal" ? "e" : "i");
    ++file.size.pairs;
  }
  if (result.lower > 0.0 && by == "monotone") cover("monotone", "monotone", result.lower);
  if (result.sign_lower > 0.0 && (by == "sign" || by == "boundary" || result.sign_lower > result.lower)) {
    cover("local", "sign", result.sign_lower);
  }
  if (result.lower > 0.0 && by == "boundary") {
    file.line("boundary " + canonical(result.lower));
    boundary_.write(file);
  }
  if (result.lower > 0.0 && by == "pairs") {
    const bool smaller = result.lower < asked_ball_;
    file.line("pairs " + canonical(result.lower) + (smaller ? ' ' + canonical(asked_ball_) : ""));
    ball_.write_within(file, problem.root(asked_ball_), {problem.norm, result.lower});
  }
  if (result.collision) {
    file.line("collision");
    file.point("x", problem.given(result.collision->x));
    file.point("y", problem.given(result.collision->y));
  }
  file.line(end_line(subject.question, result));
  return file.finish();
}

}  // namespace foldproof
