// Claim: if a proof is returned, det A_P has the given sign for every cell P whose interior meets the box's.
#include "search/exact_cells.h"

#include "search/cell_walk.h"

namespace foldproof {

namespace {

class SignWalk : public CellWalk {
 public:
  SignWalk(const Problem& problem, const Box& box, std::vector<Phase> phase, int sign)
      : CellWalk(problem, box, std::move(phase)), sign_(sign) {}

 private:
  std::optional<std::string> settle() override {
    const int n = network_.inputs;
    RationalMatrix jacobian(n, n);
    for (int o = 0; o < n; ++o) {
      const CellRow row = compose(network_.outputs[static_cast<std::size_t>(o)]);
      for (int i = 0; i < n; ++i) jacobian.set(o, i, row.a[static_cast<std::size_t>(i)]);
    }
    if (jacobian.determinant().sign() != sign_) return std::nullopt;
    return ".";
  }

  int sign_;
};

}  // namespace

std::optional<std::string> cells_with_sign(const Problem& problem, const RegionNetwork& root, const Box& box, int sign,
                                           int most_unstable) {
  auto phase = phases_on(root, box, most_unstable);
  if (!phase) return std::nullopt;
  return SignWalk(problem, box, std::move(*phase), sign).proof();
}

}  // namespace foldproof
