#include <fmt/format.h>

#include "report/html_parts.h"
#include "report/page.h"

namespace foldproof {

namespace {

std::string number(const Json& value) { return fmt::format("{}", value.get<double>()); }

/// `name` of the radius: of Problem 3 "r_AB, ", else nothing.
std::string mip_bracket_html(const Json& record, const std::string& name = "") {
  const Json& radius = record.at("radius");
  std::string html = fmt::format("<div class=\"ends\" role=\"img\" aria-label=\"{}the bracket of the MILP\">\n", name);
  if (radius.at("lower") != 0.0) {
    html += fmt::format("<div class=\"part unknown\"><span>{}MILP: no pair up to</span><b>{}</b></div>\n", name,
                        number(radius.at("lower")));
  }
  if (!radius.at("upper").is_null()) {
    html += fmt::format("<div class=\"part unknown\"><span>{}MILP: a pair at</span><b>{}</b></div>\n", name,
                        number(radius.at("upper")));
  }
  return html + "</div>\n";
}

std::string says(const Json& radius) {
  std::string text = radius.at("lower") == 0.0
                         ? std::string("no ball without a pair is known yet")
                         : fmt::format("no pair in the ball of radius {}", number(radius.at("lower")));
  if (!radius.at("upper").is_null()) text += fmt::format(", a pair in that of radius {}", number(radius.at("upper")));
  return text + ".";
}

std::string according_to(const Json& record) {
  return fmt::format("According to the MILP, within its tolerances and its threshold {}: ",
                     number(record.at("settings").at("threshold")));
}

Verdict mip_verdict(const Json& record) {
  const Json &engine = record.at("engine"), &disagreement = record.at("disagreement");
  std::string sentence = according_to(record) + says(record.at("radius")) + " That is no proof.";
  if (!engine.is_null()) sentence += " The engine: " + verdict_of(engine).sentence;
  if (disagreement.is_null()) return {"open", "What the MILP says", sentence};
  return {"refuted", "The MILP and the exact answer disagree",
          disagreement.at("words").get<std::string>() + " " + sentence};
}

/// `distances`: what is how far apart, with places for the two numbers.
std::string pair_html(const Json& record, const std::string& name = "",
                      const std::string& distances = "{:.6g} apart, their images {:.3g} apart") {
  const Json& pair = record.at("pair");
  if (pair.is_null()) return "";
  std::string html = fmt::format(
      "<section class=\"card\"><h2>{}The pair of the MILP</h2>\n<div class=\"scroll\"><table class=\"witness\">"
      "<thead><tr><th scope=\"col\">entry</th><th scope=\"col\">x</th><th scope=\"col\">y</th></tr></thead><tbody>\n",
      name);
  for (std::size_t i = 0; i < pair.at("x").size(); ++i) {
    html += fmt::format("<tr><th scope=\"row\">input {}</th><td><code>{}</code></td><td><code>{}</code></td></tr>\n", i,
                        number(pair.at("x").at(i)), number(pair.at("y").at(i)));
  }
  return html + fmt::format("</tbody></table></div>\n<p class=\"quiet\">In floating point: {}.</p></section>\n",
                            fmt::format(fmt::runtime(distances), pair.at("distance").get<double>(),
                                        pair.at("image_gap").get<double>()));
}

std::string programs_html(const Json& record, const std::string& name = "") {
  const Json& programs = record.at("programs");
  std::uint64_t nodes = 0;
  for (const Json& program : programs) nodes += program.at("nodes").get<std::uint64_t>();
  std::string html =
      row(name + "MILP", escape(fmt::format("{} programs, {} nodes, {}", programs.size(), count_text(nodes),
                                            seconds_text(record.at("effort").at("seconds").get<double>()))));
  if (!programs.empty()) {
    const Json& first = programs.front();
    html += row(name + "First program",
                escape(fmt::format("{} columns, {} of them binary, {} rows", shown(first.at("columns")),
                                   shown(first.at("binaries")), shown(first.at("rows")))));
  }
  return html;
}

std::string settings_html(const Json& settings) {
  return row("Solver of the MILP", escape(shown(settings.at("solver")))) +
         row("Threshold", number(settings.at("threshold"))) +
         row("Big-M constants",
             settings.at("big_m") == "lp" ? "interval bounds, tightened by linear programs" : "interval bounds");
}

constexpr const char* kNoClaim =
    "What the MILP says is not a claim: the solver works in floating point, calls a row satisfied that holds up to its "
    "tolerance, and an optimum up to the threshold counts as no pair.";

}  // namespace

Page mip_page(const Json& record) {
  const Json& engine = record.at("engine");
  Page page{mip_verdict(record),
            mip_bracket_html(record),
            "",
            pair_html(record),
            {kNoClaim},
            programs_html(record) + settings_html(record.at("settings"))};
  if (engine.is_null()) return page;
  page.bracket += bracket_html(engine);
  page.witness = witness_html(engine) + page.witness;
  page.numbers += numbers_html(engine);
  for (const std::string& claim : claims_of(engine)) page.claims.push_back(claim);
  return page;
}

void add_mip_of_two(const Json& record, Page& page) {
  const Json &ab = record.at("r_AB"), &ba = record.at("r_BA");
  std::string sentence, bracket, witness, numbers;
  bool disagree = false;
  for (const bool forward : {true, false}) {
    const Json& part = forward ? ab : ba;
    const std::string name = forward ? "r_AB, " : "r_BA, ";
    const char *first = forward ? "A" : "B", *second = forward ? "B" : "A";
    if (const Json& disagreement = part.at("disagreement"); !disagreement.is_null()) {
      sentence += name + shown(disagreement.at("words")) + ' ';
      disagree = true;
    }
    bracket += mip_bracket_html(part, name);
    witness += pair_html(part, name, fmt::format("outputs of {} {{:.6g}} apart, of {} {{:.3g}} apart", second, first));
    numbers += programs_html(part, name);
  }
  sentence += according_to(record) + "r_AB, " + says(ab.at("radius")) + " r_BA, " + says(ba.at("radius")) +
              " That is no proof.";
  if (!page.verdict.sentence.empty()) sentence += " The engine: " + page.verdict.sentence;
  page.verdict = disagree ? Verdict{"refuted", "The MILP and the exact answer disagree", sentence}
                          : Verdict{"open", "What the MILP says", sentence};
  page.bracket = bracket + page.bracket;
  page.witness += witness;
  page.claims.insert(page.claims.begin(), kNoClaim);
  page.numbers = numbers + settings_html(record.at("settings")) + page.numbers;
}

}  // namespace foldproof
