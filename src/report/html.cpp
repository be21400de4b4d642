#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foldproof/foldproof.h"
#include "report/assets.h"
#include "report/factor_page.h"
#include "report/html_parts.h"
#include "report/json_text.h"
#include "report/page.h"
#include "report/sweep_page.h"
#include "report/words.h"

namespace foldproof {

std::string bracket_html(const Json& record) {
  if (!record.contains("radius")) return "";
  const bool alone = record.at("question") == "pseudo";
  const Bracket bracket = bracket_of(record);
  std::string html = "<div class=\"ends\" role=\"img\" aria-label=\"the bracket of the radius\">\n";
  if (bracket.lower != "0") {
    html += fmt::format("<div class=\"part good\"><span>{}</span><b>{}</b></div>\n",
                        alone ? "alone up to" : "one-to-one up to", escape(bracket.lower));
  }
  if (bracket.upper.empty()) {
    html += fmt::format("<div class=\"part unknown\"><span>{}</span><b>beyond</b></div>\n",
                        alone ? "none known" : "not refuted");
  } else {
    html += fmt::format("<div class=\"part bad\"><span>{}</span><b>{}</b></div>\n",
                        alone                  ? "another one at"
                        : bracket.upper == "0" ? "not one-to-one from"
                                               : "not one-to-one at",
                        escape(bracket.upper));
  }
  return html + "</div>\n";
}

namespace {

std::string exact_html(const char* name, const Json& texts) {
  std::string html = fmt::format("<tr><th scope=\"row\">{}</th><td><ol start=\"0\">", name);
  for (const Json& text : texts) html += fmt::format("<li><code>{}</code></li>", escape(shown(text)));
  return html + "</ol></td></tr>\n";
}

}  // namespace

std::string witness_html(const Json& record) {
  if (!record.contains("witness") || record.at("witness").is_null()) return "";
  const Json& witness = record.at("witness");
  std::string html =
      "<section class=\"card\"><h2>Two inputs, one output</h2>\n"
      "<div class=\"scroll\"><table class=\"witness\">"
      "<thead><tr><th scope=\"col\">entry</th><th scope=\"col\">x</th><th scope=\"col\">y</th></tr></thead><tbody>\n";
  const Json &x = witness.at("x"), &y = witness.at("y");
  for (std::size_t i = 0; i < x.size(); ++i) {
    html += fmt::format("<tr><th scope=\"row\">input {}</th><td><code>{}</code></td><td><code>{}</code></td></tr>\n", i,
                        escape(shown(x.at(i))), escape(shown(y.at(i))));
  }
  html +=
      "</tbody></table></div>\n<p class=\"quiet\">Nearest doubles. The exact pair satisfies f(x) = f(y) in rational "
      "arithmetic.";
  if (witness.contains("scale_exact")) {
    html += fmt::format(
        " Draw both points towards the centre, to c + t (x − c) and c + t (y − c): they still collide, "
        "for every 0 &lt; t ≤ {}.",
        escape(shown(witness.at("scale_exact"))));
  }
  html +=
      "</p>\n<details><summary>Exact rational numbers</summary><div class=\"scroll\"><table class=\"exact\"><tbody>\n";
  html += exact_html("x", witness.at("x_exact")) + exact_html("y", witness.at("y_exact")) +
          exact_html("f(x) = f(y)", witness.at("f_exact"));
  return html + "</tbody></table></div></details></section>\n";
}

namespace {

std::string place_html(const Json& record) {
  if (!record.contains("resisting_place") || record.at("resisting_place").is_null()) return "";
  const Json& place = record.at("resisting_place");
  std::string text;
  for (const Json& side : place) text += fmt::format("{}[{}]", text.empty() ? "" : " × ", list_text(side));
  return row("Place that resists", fmt::format("<code>{}</code>", escape(text)));
}

}  // namespace

std::string numbers_html(const Json& record) {
  std::string html;
  if (record.contains("radius")) {
    const Json& radius = record.at("radius");
    html += row("Proved radius", fmt::format("<code>{}</code>", escape(shown(radius.at("lower_exact")))));
    html += row("Refuted radius", fmt::format("<code>{}</code>", escape(shown(radius.at("upper_exact")))));
    if (const Json& squared = radius.at("upper_squared_exact"); !squared.is_null()) {
      html += row("Refuted radius, squared", fmt::format("<code>{}</code>", escape(shown(squared))));
    }
    html += row("Norm", escape(shown(record.at("norm"))));
    if (!record.at("scale").is_null()) {
      html += row("Scale", fmt::format("<code>({})</code>", escape(list_text(record.at("scale")))));
    }
    html += row("Centre", fmt::format("<code>({})</code>", escape(list_text(record.at("center_exact")))));
    if (record.contains("local_lower")) {
      html += row("No fold within", fmt::format("<code>{}</code>", escape(shown(record.at("local_lower")))));
    }
    if (record.contains("pseudo") && !record.at("pseudo").is_null()) {
      const Json& alone = record.at("pseudo").at("radius");
      html += row("Problem 2: proved, refuted",
                  fmt::format("<code>{}</code>, <code>{}</code>", escape(shown(alone.at("lower_exact"))),
                              escape(shown(alone.at("upper_exact")))));
    }
  }
  if (record.at("question") == "j0") {
    const Json& enclosure = record.at("enclosure");
    html += row("Vertices", count_text(record.at("points").size()));
    html += row("Linear pieces enumerated", count_text(record.at("cells")));
    html += row("Proof's boxes",
                escape(fmt::format("{} with J0, {} open, no side above {}", count_text(enclosure.at("boxes")),
                                   count_text(enclosure.at("open")), shown(enclosure.at("width")))));
  }
  html += place_html(record);
  return html + run_rows(record);
}

namespace {

std::string claims_html(const std::vector<std::string>& claims) {
  std::string html;
  for (const std::string& claim : claims) html += fmt::format("<li>{}</li>\n", escape(claim));
  return html;
}

std::string limit_html(const Json& record) {
  const std::string words = record.contains("limit") ? limit_words(record) : "";
  if (words.empty()) return "";
  return fmt::format("<p class=\"limit\"><strong>What ends it.</strong> {}</p>\n", escape(words));
}

Page page_of(const Json& record) {
  return {verdict_of(record),   bracket_html(record), limit_html(record),
          witness_html(record), claims_of(record),    numbers_html(record)};
}

/// use(record). @throws InputError if the text is not a record
template <class Use>
auto from_record(const std::string& record_json, const Use& use) {
  try {
    return use(Json::parse(record_json));
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("this is not a foldproof result ({}); give a file written by --json", error.what()));
  }
}

std::string filled(const Page& page, const Json& record, const std::string& command) {
  const std::string file = record.at(record.contains("map") ? "map" : "network").at("file");
  const bool pictured = record.contains("picture") && !record.at("picture").is_null();
  return fill(asset::html(), {{"title", escape(page.verdict.headline + ": " + file)},
                              {"css", std::string(asset::css())},
                              {"file", escape(file)},
                              {"version", escape(shown(record.at("foldproof")))},
                              {"tone", page.verdict.tone},
                              {"headline", escape(page.verdict.headline)},
                              {"sentence", escape(page.verdict.sentence)},
                              {"bracket", page.bracket},
                              {"limit", page.limit},
                              {"pictures", pictured ? "<section id=\"pictures\"></section>" : ""},
                              {"witness", page.witness},
                              {"claims", claims_html(page.claims)},
                              {"command", escape(command)},
                              {"numbers", page.numbers},
                              {"record", script_safe(json_text(record))},
                              {"plotly", pictured ? std::string(asset::plotly()) : ""},
                              {"js", std::string(asset::js())}});
}

}  // namespace

Words words_of(const std::string& record_json) {
  return from_record(record_json, [](const Json& record) -> Words {
    if (record.at("question") == "preimages") return {preimages_page(record).verdict, ""};
    if (record.at("question") == "factor") return {verdict_of_factor(record), ""};
    return {verdict_of(record), record.contains("limit") ? limit_words(record) : ""};
  });
}

std::string to_html(const std::string& record_json, const std::string& command) {
  return from_record(record_json, [&command](const Json& record) {
    if (record.at("question") == "sweep") return sweep_page(record, command);
    if (record.contains("map") && record.at("question") != "orbit") {
      const Json drawn = drawn_map_record(record);
      return filled(map_page(drawn), drawn, command);
    }
    if (record.at("question") == "preimages") return filled(preimages_page(record), record, command);
    if (record.at("question") == "factor") return factor_page(record, command);
    return filled(record.contains("method") ? mip_page(record) : page_of(record), record, command);
  });
}

}  // namespace foldproof
