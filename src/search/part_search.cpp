// Claim: the events of the response are true of the nodes of the request, whatever else the asking search knows by now:
// the same classes wrote them that search without help (cover.cpp, monotone_cover.cpp, pair_search.cpp).
#include "search/part_search.h"

#include "search/boundary.h"
#include "search/cover.h"
#include "search/incumbent.h"
#include "search/monotone_cover.h"
#include "search/node_part.h"
#include "search/pair_part.h"
#include "search/rectangular.h"

namespace foldproof {

namespace {

Options one_thread() {
  Options options;
  options.threads = 1;
  return options;
}

// Its nodes are numbered from 0 on, like those of the request, and are the first that the control numbers.
class PartRun {
 public:
  PartRun(const PreparedProblem& prepared, ByteReader& in, const PartState& state, Observer& recorder)
      : prepared_(prepared),
        in_(in),
        budget_(state.budget),
        control_(options_, &recorder),
        incumbent_(prepared.problem, *prepared.root, control_,
                   {state.upper, state.target, state.sign, prepared.cone_radius}) {}

  void local(CoverRecorder& recorder) {
    std::vector<Node> nodes = read_nodes(in_, prepared_.problem.norm, prepared_.root);
    const double resolution = in_.number();
    number(nodes, recorder);
    Cover cover(prepared_.problem, prepared_.root, incumbent_, control_, nullptr);
    cover.run_part(std::move(nodes), resolution, budget_);
    recorder.write(body_, cover.open(), cover.narrow());
  }

  void monotone(CoverRecorder& recorder) {
    std::vector<Node> nodes = read_nodes(in_, prepared_.problem.norm, prepared_.root);
    number(nodes, recorder);
    MonotoneCover cover(prepared_.problem, prepared_.root, control_, nullptr);
    cover.run_part(std::move(nodes), in_, budget_, body_);
    recorder.write(body_, cover.open(), {});
  }

  void boundary(PairRecorder& recorder) {
    BoundaryPairs pairs(prepared_.problem, prepared_.root, incumbent_, control_, nullptr);
    pairs.run_part(in_, budget_, recorder, body_);
  }

  void all_pairs(PairRecorder& recorder) {
    const PairCells exact(prepared_.problem, *prepared_.root);
    PairSearch pairs(prepared_.problem, prepared_.root, incumbent_, control_,
                     rules_of_tall(prepared_.problem, *prepared_.root, incumbent_, exact), nullptr);
    const double radius = in_.number();
    pairs.run_part({{prepared_.problem.root(radius)}}, radius, true, in_, budget_, recorder, body_);
  }

  std::string response() const {
    ByteWriter out;
    out.number(control_.seconds());
    out.whole(control_.regions + control_.pairs);
    out.whole(control_.slope_nodes);
    write_improvement(out, incumbent_);
    return out.bytes() + body_.bytes();
  }

 private:
  void number(const std::vector<Node>& nodes, CoverRecorder& recorder) {
    control_.new_ids(nodes.size());
    recorder.begin(nodes.size());
  }

  const PreparedProblem& prepared_;
  ByteReader& in_;
  std::uint64_t budget_;
  Options options_ = one_thread();
  Control control_;
  Incumbent incumbent_;
  ByteWriter body_;
};

double cone_radius_of(const Problem& problem, const RegionNetwork& root) {
  const Options options = one_thread();
  Control control(options, nullptr);
  return Incumbent(problem, root, control).cone_radius();
}

}  // namespace

PreparedProblem::PreparedProblem(Problem asked)
    : problem(std::move(asked)),
      root(std::make_shared<const RegionNetwork>(*problem.network, problem.centre)),
      cone_radius(cone_radius_of(problem, *root)) {}

std::string solve_part(const PreparedProblem& prepared, ByteReader& in) {
  require_ieee_arithmetic();
  const char kind = in.byte();
  const PartState state = read_state(in);
  if (kind == 'l' || kind == 'm') {
    CoverRecorder recorder;
    PartRun run(prepared, in, state, recorder);
    kind == 'l' ? run.local(recorder) : run.monotone(recorder);
    return run.response();
  }
  if (kind != 'a' && kind != 'b') throw BadBytes();
  PairRecorder recorder;
  PartRun run(prepared, in, state, recorder);
  kind == 'a' ? run.all_pairs(recorder) : run.boundary(recorder);
  return run.response();
}

}  // namespace foldproof
