#include "mip/program_text.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace foldproof {

namespace {

using Terms = std::vector<std::pair<int, double>>;

const std::string& name_of(const MipProgram& program, int column) {
  return program.columns()[static_cast<std::size_t>(column)].name;
}

bool is_equation(const MipRow& row) { return row.lower == row.upper; }

/// The finite side of a row; no negative zero, which is text for nobody.
double side(const MipRow& row) { return (std::isfinite(row.upper) ? row.upper : row.lower) + 0.0; }

/// Readers of the format limit the length of a line: one term on each.
std::string lp_terms(const MipProgram& program, const Terms& terms, const char* exponent) {
  std::string text;
  for (const auto& [column, coefficient] : terms) {
    text += fmt::format("  {} {} {}{}\n", coefficient < 0.0 ? '-' : '+', std::abs(coefficient),
                        name_of(program, column), exponent);
  }
  return text;
}

std::string lp_text(const MipProgram& program, const std::string& title) {
  std::string text = fmt::format("\\ {}\nMaximize\n F: {}\nSubject To\n", title, name_of(program, program.objective()));
  const auto out = std::back_inserter(text);
  for (const MipRow& row : program.rows()) {
    // A row without terms (a constant output) keeps its place with a zero term.
    const Terms zero{{program.objective(), 0.0}};
    fmt::format_to(out, " {}:\n{}  {} {}\n", row.name, lp_terms(program, row.terms.empty() ? zero : row.terms, ""),
                   is_equation(row)           ? "="
                   : std::isfinite(row.upper) ? "<="
                                              : ">=",
                   side(row));
  }
  for (const MipQuadraticRow& row : program.quadratic_rows()) {
    fmt::format_to(out, " {}:\n{}  + [\n{}  ]\n  <= {}\n", row.name, lp_terms(program, row.terms, ""),
                   lp_terms(program, row.squares, " ^2"), row.upper);
  }
  text += "Bounds\n";
  for (const MipColumn& column : program.columns()) {
    if (!column.binary) fmt::format_to(out, " {} <= {} <= {}\n", column.lower, column.name, column.upper);
  }
  text += "Binaries\n";
  for (const MipColumn& column : program.columns()) {
    if (column.binary) fmt::format_to(out, " {}\n", column.name);
  }
  return text + "End\n";
}

std::string mps_text(const MipProgram& program, const std::string& title) {
  std::string text = fmt::format("* {}\nNAME foldproof\nOBJSENSE\n MAX\nROWS\n N obj\n", title);
  const auto out = std::back_inserter(text);
  std::vector<std::vector<std::pair<const std::string*, double>>> by_column(program.columns().size());
  const auto add_row = [&](char kind, const std::string& name, const Terms& terms) {
    fmt::format_to(out, " {} {}\n", kind, name);
    for (const auto& [column, coefficient] : terms) {
      by_column[static_cast<std::size_t>(column)].emplace_back(&name, coefficient);
    }
  };
  for (const MipRow& row : program.rows()) {
    add_row(is_equation(row) ? 'E' : std::isfinite(row.upper) ? 'L' : 'G', row.name, row.terms);
  }
  for (const MipQuadraticRow& row : program.quadratic_rows()) add_row('L', row.name, row.terms);
  text += "COLUMNS\n";
  for (std::size_t k = 0; k < by_column.size(); ++k) {
    const MipColumn& column = program.columns()[k];
    if (column.binary) fmt::format_to(out, " MARKER{} 'MARKER' 'INTORG'\n", k);
    fmt::format_to(out, " {} obj {}\n", column.name, static_cast<int>(k) == program.objective() ? 1 : 0);
    for (const auto& [row, coefficient] : by_column[k]) {
      fmt::format_to(out, " {} {} {}\n", column.name, *row, coefficient);
    }
    if (column.binary) fmt::format_to(out, " MARKER{} 'MARKER' 'INTEND'\n", k);
  }
  text += "RHS\n";
  for (const MipRow& row : program.rows()) fmt::format_to(out, " RHS {} {}\n", row.name, side(row));
  for (const MipQuadraticRow& row : program.quadratic_rows()) fmt::format_to(out, " RHS {} {}\n", row.name, row.upper);
  text += "BOUNDS\n";
  for (const MipColumn& column : program.columns()) {
    fmt::format_to(out, " LO BND {} {}\n UP BND {} {}\n", column.name, column.lower, column.name, column.upper);
  }
  for (const MipQuadraticRow& row : program.quadratic_rows()) {
    fmt::format_to(out, "QCMATRIX {}\n", row.name);
    for (const auto& [column, weight] : row.squares) {
      const std::string& name = name_of(program, column);
      fmt::format_to(out, " {} {} {}\n", name, name, weight);
    }
  }
  return text + "ENDATA\n";
}

}  // namespace

std::string program_text(const MipProgram& program, MipFormat format, const std::string& title) {
  std::string line = title;
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return format == MipFormat::lp ? lp_text(program, line) : mps_text(program, line);
}

}  // namespace foldproof
