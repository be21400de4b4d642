// A mixed-integer program as plain lists: maximise one column subject to linear rows, and convex quadratic rows if any.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace foldproof {

struct MipColumn {
  std::string name;
  double lower, upper;
  bool binary;
};

/// lower <= sum of terms <= upper: an equation, or bounded on one side.
struct MipRow {
  std::string name;
  std::vector<std::pair<int, double>> terms;  // (column, coefficient), by column, each once, none zero
  double lower, upper;
};

/// sum of terms + sum of weight * column^2 <= upper, weights positive.
struct MipQuadraticRow {
  std::string name;
  std::vector<std::pair<int, double>> terms, squares;
  double upper;
};

class MipProgram {
 public:
  int add_column(std::string name, double lower, double upper, bool binary = false);
  /// Terms may name a column several times; they are added up.
  void add_row(std::string name, const std::vector<std::pair<int, double>>& terms, double lower, double upper);
  void add_quadratic_row(MipQuadraticRow row) { quadratic_rows_.push_back(std::move(row)); }
  void maximise(int column) { objective_ = column; }

  const std::vector<MipColumn>& columns() const { return columns_; }
  const std::vector<MipRow>& rows() const { return rows_; }
  const std::vector<MipQuadraticRow>& quadratic_rows() const { return quadratic_rows_; }
  int objective() const { return objective_; }
  int binaries() const;

 private:
  std::vector<MipColumn> columns_;
  std::vector<MipRow> rows_;
  std::vector<MipQuadraticRow> quadratic_rows_;
  int objective_ = -1;
};

}  // namespace foldproof
