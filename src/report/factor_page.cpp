#include "report/factor_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "number/rational.h"
#include "report/assets.h"
#include "report/html_parts.h"
#include "report/page.h"
#include "report/words.h"

namespace foldproof {

namespace {

/// One direction: is `second` a function of `first`?
struct Direction {
  const char *name, *first, *second, *colour;
  const Json& part;
};

std::array<Direction, 2> directions_of(const Json& record) {
  return {Direction{"r_AB", "A", "B", "var(--good)", record.at("r_AB")},
          Direction{"r_BA", "B", "A", "var(--bad)", record.at("r_BA")}};
}

bool solved(const Json& part) { return part.at("status") == "solved"; }

std::string sentence_of(const Direction& direction) {
  const Bracket bracket = bracket_of(direction.part);
  const Json& limit = direction.part.at("limit");
  std::string text;
  if (bracket.upper == "0") {
    return fmt::format("{} is a function of {} on no ball around the centre, however small.", direction.second,
                       direction.first);
  }
  text = bracket.lower == "0"
             ? fmt::format("That {} is a function of {} is proved on no ball yet.", direction.second, direction.first)
             : fmt::format("Proved: on the ball of radius {}, equal outputs of {} make equal outputs of {}.",
                           bracket.lower, direction.first, direction.second);
  if (!bracket.upper.empty()) {
    text += fmt::format(" At {} two inputs have the same output of {} and different ones of {}.", bracket.upper,
                        direction.first, direction.second);
  } else if (limit == "none_within_domain") {
    text += " That is the whole domain.";
  } else if (limit == "none_within_max_radius") {
    text += " That is the largest radius that was asked for.";
  }
  if (!solved(direction.part)) text += " Beyond that nothing is decided.";
  return text;
}

std::string direction_bracket(const Direction& direction) {
  const Bracket bracket = bracket_of(direction.part);
  std::string html =
      fmt::format("<div class=\"ends\" role=\"img\" aria-label=\"the bracket of {}\">\n", direction.name);
  if (bracket.lower != "0") {
    html += fmt::format("<div class=\"part good\"><span>{}: {} follows from {} up to</span><b>{}</b></div>\n",
                        direction.name, direction.second, direction.first, escape(bracket.lower));
  }
  html +=
      bracket.upper.empty()
          ? fmt::format("<div class=\"part unknown\"><span>{}: not refuted</span><b>beyond</b></div>\n", direction.name)
          : fmt::format("<div class=\"part bad\"><span>not {}</span><b>{}</b></div>\n",
                        bracket.upper == "0" ? "on any ball" : "at", escape(bracket.upper));
  return html + "</div>\n";
}

std::string point_row(const std::string& name, const Json& texts) {
  std::string html = fmt::format("<tr><th scope=\"row\">{}</th><td><ol start=\"0\">", escape(name));
  for (const Json& text : texts) html += fmt::format("<li><code>{}</code></li>", escape(shown(text)));
  return html + "</ol></td></tr>\n";
}

std::string direction_witness(const Direction& direction) {
  const Json& witness = direction.part.at("witness");
  if (witness.is_null()) return "";
  const std::string a = direction.first, b = direction.second;
  std::string html = fmt::format(
      "<section class=\"card\"><h2>{}: two inputs, one output of {}, two of {}</h2>\n"
      "<div class=\"scroll\"><table class=\"witness\"><thead><tr><th scope=\"col\">entry</th><th scope=\"col\">x</th>"
      "<th scope=\"col\">y</th></tr></thead><tbody>\n",
      direction.name, a, b);
  const Json &x = witness.at("x"), &y = witness.at("y");
  for (std::size_t i = 0; i < x.size(); ++i) {
    html += fmt::format("<tr><th scope=\"row\">input {}</th><td><code>{}</code></td><td><code>{}</code></td></tr>\n", i,
                        escape(shown(x.at(i))), escape(shown(y.at(i))));
  }
  html +=
      "</tbody></table></div>\n<p class=\"quiet\">Nearest doubles.</p>\n<details><summary>Exact rational numbers"
      "</summary><div class=\"scroll\"><table class=\"exact\"><tbody>\n";
  html += point_row("x", witness.at("x_exact")) + point_row("y", witness.at("y_exact")) +
          point_row(fmt::format("{0}(x) = {0}(y)", a), witness.at("f_exact")) +
          point_row(b + "(x)", witness.at("b_x_exact")) + point_row(b + "(y)", witness.at("b_y_exact"));
  return html + "</tbody></table></div></details></section>\n";
}

bool is_pictured(const Json& record) {
  if (!record.contains("pictures") || record.at("pictures").is_null()) return false;
  const Json& pictures = record.at("pictures");
  return !pictures.at("A").is_null() || !pictures.at("B").is_null();
}

/// For networks with unlike numbers of inputs and outputs, which have no determinant to draw: the proved balls and the
/// pairs in the plane of the first two inputs; nothing for one input.
std::string balls_html(const Json& record) {
  const std::vector<double> center = record.at("center");
  if (center.size() < 2) return "";
  const std::string norm = record.at("norm");
  const auto scale = [&](std::size_t i) {
    const Json& scales = record.at("scale");
    const auto exact = scales.is_null() ? std::nullopt : Rational::parse(scales.at(i).get<std::string>());
    return exact ? exact->nearest_double() : 1.0;
  };
  double reach = 0.0;
  for (const Direction& direction : directions_of(record)) {
    const Json& radius = direction.part.at("radius");
    reach = std::max(reach, radius.at(radius.at("upper").is_null() ? "lower" : "upper").get<double>());
  }
  if (!(reach > 0.0) || !std::isfinite(reach)) return "";
  constexpr double kHalf = 200, kUsed = 170;
  const double unit[] = {kUsed / (reach * scale(0)), kUsed / (reach * scale(1))};
  std::string shapes, marks;
  for (const Direction& direction : directions_of(record)) {
    const double r = direction.part.at("radius").at("lower").get<double>() / reach * kUsed;
    const std::string style = fmt::format("style=\"fill:none;stroke:{};stroke-width:2\"", direction.colour);
    if (norm == "linf") {
      shapes += fmt::format("<rect x=\"{0:.2f}\" y=\"{0:.2f}\" width=\"{1:.2f}\" height=\"{1:.2f}\" {2}/>\n", kHalf - r,
                            2 * r, style);
    }
    if (norm == "l2") shapes += fmt::format("<circle cx=\"{0}\" cy=\"{0}\" r=\"{1:.2f}\" {2}/>\n", kHalf, r, style);
    if (norm == "l1") {
      shapes += fmt::format("<path d=\"M{0:.2f} {1} L{1} {2:.2f} L{3:.2f} {1} L{1} {3:.2f} Z\" {4}/>\n", kHalf - r,
                            kHalf, kHalf - r, kHalf + r, style);
    }
    const Json& witness = direction.part.at("witness");
    if (witness.is_null()) continue;
    for (const char* const point : {"x", "y"}) {
      const double s = kHalf + (witness.at(point).at(0).get<double>() - center[0]) * unit[0];
      const double t = kHalf - (witness.at(point).at(1).get<double>() - center[1]) * unit[1];
      marks += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"4\" style=\"fill:{}\"/>\n", s, t, direction.colour);
    }
  }
  return fmt::format(
      "<section class=\"card\"><h2>Both balls, and the pairs that end them</h2>\n<svg viewBox=\"0 0 {0} {0}\" "
      "role=\"img\" aria-label=\"both balls and their pairs\" style=\"width:100%;max-width:460px\">\n{1}{2}"
      "<path d=\"M{3} {4} h12 M{4} {3} v12\" style=\"stroke:currentColor;stroke-width:1.5\"/>\n</svg>\n"
      "<p class=\"quiet\">Inputs 0 (to the right) and 1 (up), {5}the cross is the centre. "
      "<span style=\"color:var(--good)\">Green: r_AB</span>, <span style=\"color:var(--bad)\">red: r_BA</span>; dots "
      "are "
      "the two inputs of a pair, which may be too close to be told apart.</p></section>\n",
      2 * kHalf, shapes, marks, kHalf - 6, kHalf, center.size() > 2 ? "of several, " : "");
}

std::string directions_rows(const Json& record) {
  std::string html;
  for (const Direction& direction : directions_of(record)) {
    const Json &part = direction.part, &radius = part.at("radius"), &proof = part.at("proof");
    const Json& effort = part.at("effort");
    const std::string name = direction.name;
    html += row(name + ", proved", fmt::format("<code>{}</code>", escape(shown(radius.at("lower_exact")))));
    html += row(name + ", refuted", fmt::format("<code>{}</code>", escape(shown(radius.at("upper_exact")))));
    if (proof.at("checked") == true) {
      const std::string kept = proof.at("file").is_null() ? "" : fmt::format(", in {}", shown(proof.at("file")));
      html += row(name + ", proof",
                  escape(fmt::format("accepted by the checker in {}: {} leaves, {} pairs, {} bytes{}",
                                     seconds_text(proof.at("check_seconds")), count_text(proof.at("leaves")),
                                     count_text(proof.at("pairs")), count_text(proof.at("bytes")), kept)));
    }
    if (!effort.at("seconds").is_null()) html += row(name + ", time", seconds_text(effort.at("seconds")));
  }
  return html;
}

std::string question_rows(const Json& record) {
  std::string html = row("Norm", escape(shown(record.at("norm"))));
  html += row("Centre", fmt::format("<code>({})</code>", escape(list_text(record.at("center_exact")))));
  for (const char* const name : {"A", "B"}) {
    const Json& network = record.at("networks").at(name);
    html += row(fmt::format("Network {}", name), escape(shown(network.at("file"))));
    html += file_row(network);
    html += row("Size", escape(fmt::format("{} inputs, {} outputs, {} ReLU neurons", shown(network.at("inputs")),
                                           shown(network.at("outputs")), shown(network.at("neurons")))));
  }
  return html;
}

/// What the engine says.
Page engine_page(const Json& record) {
  Page page;
  page.verdict = verdict_of_factor(record);
  for (const Direction& direction : directions_of(record)) {
    page.bracket += direction_bracket(direction);
    page.witness += direction_witness(direction);
  }
  // The claims are those of a record about one ball; both directions were checked or not in the same way.
  Json one = record.at("r_AB");
  one["question"] = "factor";
  one["norm"] = record.at("norm");
  one["scale"] = record.at("scale");
  page.claims = claims_of(one);
  page.numbers = directions_rows(record);
  return page;
}

}  // namespace

Verdict verdict_of_factor(const Json& record) {
  Verdict verdict;
  bool all_solved = true;
  for (const Direction& direction : directions_of(record)) {
    if (!verdict.sentence.empty()) verdict.sentence += ' ';
    verdict.sentence += sentence_of(direction);
    all_solved = all_solved && solved(direction.part);
  }
  verdict.tone = all_solved ? "bracket" : "open";
  verdict.headline = all_solved ? "One network as a function of the other" : "Two brackets, still open";
  return verdict;
}

std::string factor_page(const Json& record, const std::string& command) {
  const bool with_mip = record.contains("method");
  const Json& exact = with_mip ? record.at("engine") : record;
  Page page = exact.is_null() ? Page{} : engine_page(exact);
  if (with_mip) add_mip_of_two(record, page);
  const std::string files =
      shown(record.at("networks").at("A").at("file")) + ", " + shown(record.at("networks").at("B").at("file"));
  std::string claims;
  for (const std::string& claim : page.claims) claims += fmt::format("<li>{}</li>\n", escape(claim));
  const bool pictured = is_pictured(record);
  const std::string balls = exact.is_null() ? "" : balls_html(exact);
  return fill(asset::html(), {{"title", escape(page.verdict.headline + ": " + files)},
                              {"css", std::string(asset::css())},
                              {"file", escape(files)},
                              {"version", escape(shown(record.at("foldproof")))},
                              {"tone", page.verdict.tone},
                              {"headline", escape(page.verdict.headline)},
                              {"sentence", escape(page.verdict.sentence)},
                              {"bracket", page.bracket},
                              {"limit", ""},
                              {"pictures", pictured ? "<section id=\"pictures\"></section>" : balls},
                              {"witness", page.witness},
                              {"claims", claims},
                              {"command", escape(command)},
                              {"numbers", page.numbers + question_rows(record)},
                              {"record", script_safe(json_text(record))},
                              {"plotly", pictured ? std::string(asset::plotly()) : ""},
                              {"js", std::string(asset::js())}});
}

}  // namespace foldproof
