#include <fmt/format.h>

#include "report/html_parts.h"
#include "report/page.h"

namespace foldproof {

namespace {

std::string number(const Json& value) { return fmt::format("{}", value.get<double>()); }

std::string mip_bracket_html(const Json& record) {
  const Json& radius = record.at("radius");
  std::string html = "<div class=\"ends\" role=\"img\" aria-label=\"the bracket of the MILP\">\n";
  if (radius.at("lower") != 0.0) {
    html += fmt::format("<div class=\"part unknown\"><span>MILP: no pair up to</span><b>{}</b></div>\n",
                        number(radius.at("lower")));
  }
  if (!radius.at("upper").is_null()) {
    html += fmt::format("<div class=\"part unknown\"><span>MILP: a pair at</span><b>{}</b></div>\n",
                        number(radius.at("upper")));
  }
  return html + "</div>\n";
}

Verdict mip_verdict(const Json& record) {
  const Json &radius = record.at("radius"), &engine = record.at("engine"), &disagreement = record.at("disagreement");
  std::string sentence = fmt::format("According to the MILP, within its tolerances and its threshold {}: ",
                                     number(record.at("settings").at("threshold")));
  sentence += radius.at("lower") == 0.0 ? std::string("no ball without a pair is known yet")
                                        : fmt::format("no pair in the ball of radius {}", number(radius.at("lower")));
  if (!radius.at("upper").is_null()) sentence += fmt::format(", a pair in that of radius {}", number(radius.at("upper")));
  sentence += ". That is no proof.";
  if (!engine.is_null()) sentence += " The engine: " + verdict_of(engine).sentence;
  if (disagreement.is_null()) return {"open", "What the MILP says", sentence};
  return {"refuted", "The MILP and the exact answer disagree",
          disagreement.at("words").get<std::string>() + " " + sentence};
}

std::string pair_html(const Json& record) {
  const Json& pair = record.at("pair");
  if (pair.is_null()) return "";
  std::string html =
      "<section class=\"card\"><h2>The pair of the MILP</h2>\n<div class=\"scroll\"><table class=\"witness\">"
      "<thead><tr><th scope=\"col\">entry</th><th scope=\"col\">x</th><th scope=\"col\">y</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < pair.at("x").size(); ++i) {
    html += fmt::format("<tr><th scope=\"row\">input {}</th><td><code>{}</code></td><td><code>{}</code></td></tr>\n", i,
                        number(pair.at("x").at(i)), number(pair.at("y").at(i)));
  }
  return html + fmt::format("</tbody></table></div>\n<p class=\"quiet\">In floating point: {:.6g} apart, their images "
                            "{:.3g} apart.</p></section>\n",
                            pair.at("distance").get<double>(), pair.at("image_gap").get<double>());
}

std::string mip_numbers_html(const Json& record) {
  const Json &programs = record.at("programs"), &settings = record.at("settings");
  std::uint64_t nodes = 0;
  for (const Json& program : programs) nodes += program.at("nodes").get<std::uint64_t>();
  std::string html = row("MILP", escape(fmt::format("{} programs, {} nodes, {} in {}", programs.size(),
                                                    count_text(nodes),
                                                    seconds_text(record.at("effort").at("seconds").get<double>()),
                                                    shown(settings.at("solver")))));
  if (!programs.empty()) {
    const Json& first = programs.front();
    html += row("First program", escape(fmt::format("{} columns, {} of them binary, {} rows", shown(first.at("columns")),
                                                    shown(first.at("binaries")), shown(first.at("rows")))));
  }
  html += row("Threshold", number(settings.at("threshold")));
  return html + row("Big-M constants", settings.at("big_m") == "lp" ? "interval bounds, tightened by linear programs"
                                                                     : "interval bounds");
}

}  // namespace

Page mip_page(const Json& record) {
  const Json& engine = record.at("engine");
  Page page{mip_verdict(record), mip_bracket_html(record), "", pair_html(record), {}, mip_numbers_html(record)};
  page.claims.push_back(
      "What the MILP says is not a claim: the solver works in floating point, calls a row satisfied that holds up to its "
      "tolerance, and an optimum up to the threshold counts as no pair.");
  if (engine.is_null()) return page;
  page.bracket += bracket_html(engine);
  page.witness = witness_html(engine) + page.witness;
  page.numbers += numbers_html(engine);
  for (const std::string& claim : claims_of(engine)) page.claims.push_back(claim);
  return page;
}

}  // namespace foldproof
