#include "report/sweep_page.h"

#include <fmt/format.h>

#include "report/assets.h"
#include "report/html_parts.h"
#include "report/words.h"

namespace foldproof {

namespace {

struct Tally {
  std::size_t answered = 0, checked = 0, refused = 0;
};

Tally tally_of(const Json& points) {
  Tally tally;
  for (const Json& point : points) {
    const Json& answer = point.at("answer");
    if (answer.is_null()) continue;
    ++tally.answered;
    if (answer.at("proof").at("checked") == true) ++tally.checked;
    if (!answer.at("proof").at("refused").is_null()) ++tally.refused;
  }
  return tally;
}

/// "input 2 = 2.1" or "point 17"
std::string name_of(const Json& record, const Json& point) {
  if (record.at("parameter").is_null()) return fmt::format("point {}", shown(point.at("index")));
  return fmt::format("input {} = {:.7g}", shown(record.at("parameter").at("input")), point.at("value").get<double>());
}

std::string what_was_swept(const Json& record) {
  const Json& parameter = record.at("parameter");
  if (parameter.is_null()) {
    const std::string file = record.at("along").is_null() ? "" : " of " + shown(record.at("along"));
    return fmt::format("the {} points{}", record.at("points").size(), file);
  }
  return fmt::format("{} values of input {} from {} to {}", shown(parameter.at("count")), shown(parameter.at("input")),
                     shown(parameter.at("from")), shown(parameter.at("to")));
}

Verdict verdict_of_sweep(const Json& record, const Tally& tally) {
  const std::string swept = what_was_swept(record);
  const Json& least = record.at("least");
  if (least.is_null()) return {"open", "Nothing was answered", fmt::format("None of {} was answered.", swept)};
  const Bracket bracket = bracket_of(Json{{"radius", least}});
  const bool all = tally.answered == record.at("points").size();
  std::string sentence = fmt::format(
      "Over {}: {} answered. At each of these the radius is at least {}, proved", swept,
      all ? std::string("all") : fmt::format("{} of {}", tally.answered, record.at("points").size()), bracket.lower);
  if (!bracket.upper.empty()) {
    sentence +=
        fmt::format("; at {} it is at most {}, refuted by a pair of inputs with the same output",
                    name_of(record, record.at("points").at(least.at("index").get<std::size_t>())), bracket.upper);
  }
  sentence += ".";
  return {record.at("status") == "solved" ? "bracket" : "open",
          bracket.upper.empty() ? fmt::format("Radius at least {}", bracket.lower)
                                : fmt::format("Least radius {}", bracket.upper),
          sentence};
}

std::string sweep_table(const Json& record) {
  std::string html =
      "<section class=\"card\"><h2>Every point</h2>\n<details><summary>Table</summary><div class=\"scroll\">"
      "<table class=\"witness\"><thead><tr><th scope=\"col\">point</th><th scope=\"col\">centre</th>"
      "<th scope=\"col\">proved</th><th scope=\"col\">refuted</th><th scope=\"col\">limit</th></tr></thead><tbody>\n";
  for (const Json& point : record.at("points")) {
    const Json& answer = point.at("answer");
    std::string proved = "–", refuted = "–", limit = shown(point.at("failure"));
    if (!answer.is_null()) {
      const Bracket bracket = bracket_of(answer);
      proved = bracket.lower;
      if (!bracket.upper.empty()) refuted = bracket.upper;
      limit = shown(answer.at("limit"));
      if (answer.at("status") != "solved") limit += fmt::format(", {}", shown(answer.at("status")));
    }
    html += fmt::format(
        "<tr><th scope=\"row\">{}</th><td><code>({})</code></td><td><code>{}</code></td><td><code>{}</code>"
        "</td><td>{}</td></tr>\n",
        escape(name_of(record, point)), point.at("at_exact").is_null() ? "–" : escape(list_text(point.at("at_exact"))),
        escape(proved), escape(refuted), escape(limit));
  }
  return html + "</tbody></table></div></details></section>\n";
}

std::string claims_html(const Json& record, const Tally& tally) {
  std::vector<std::string> claims{
      "Every number is the answer to its own question: the same as if that point and that value had been asked alone. "
      "Nothing is said about what lies between them."};
  if (tally.checked == tally.answered) {
    claims.push_back(
        "The search is not trusted: the proof of every answer was accepted by the separate program "
        "foldproof-check.");
  } else {
    claims.push_back(fmt::format("The separate program foldproof-check accepted the proofs of {} of {} answers.",
                                 tally.checked, tally.answered));
  }
  if (tally.refused > 0) {
    claims.push_back(
        fmt::format("It refused {} of them; nothing is claimed there. Please report this.", tally.refused));
  }
  if (!record.at("along").is_null()) {
    claims.push_back(
        "The points were taken from a file. That they are an orbit is not claimed: orbits are computed in "
        "double precision, and each point is then taken as the exact decimal it is written as.");
  }
  std::string html;
  for (const std::string& claim : claims) html += fmt::format("<li>{}</li>\n", escape(claim));
  return html;
}

std::string numbers_html(const Json& record, const Tally& tally) {
  std::string html;
  if (const Json& least = record.at("least"); !least.is_null()) {
    html += row("Least proved radius", fmt::format("<code>{}</code>", escape(shown(least.at("lower_exact")))));
    html += row("Least refuted radius", fmt::format("<code>{}</code>", escape(shown(least.at("upper_exact")))));
  }
  html += row("Network", escape(shown(record.at("network"))));
  html += row("Swept", escape(what_was_swept(record)));
  html +=
      row("Answered", fmt::format("{} of {}, {} checked", tally.answered, record.at("points").size(), tally.checked));
  if (!record.at("stop_reason").is_null()) html += row("Stopped by", escape(shown(record.at("stop_reason"))));
  if (!record.at("seconds").is_null()) {
    html +=
        row("Time", fmt::format("{} on {} threads", seconds_text(record.at("seconds")), shown(record.at("threads"))));
  }
  return html;
}

}  // namespace

std::string sweep_page(const Json& record, const std::string& command) {
  const Tally tally = tally_of(record.at("points"));
  const Verdict verdict = verdict_of_sweep(record, tally);
  const std::string file = shown(record.at("network"));
  return fill(asset::html(), {{"title", escape(verdict.headline + ": " + file)},
                              {"css", std::string(asset::css())},
                              {"file", escape(file)},
                              {"version", escape(shown(record.at("foldproof")))},
                              {"tone", verdict.tone},
                              {"headline", escape(verdict.headline)},
                              {"sentence", escape(verdict.sentence)},
                              {"bracket", ""},
                              {"limit", ""},
                              {"pictures", "<section id=\"pictures\"></section>"},
                              {"witness", sweep_table(record)},
                              {"claims", claims_html(record, tally)},
                              {"command", escape(command)},
                              {"numbers", numbers_html(record, tally)},
                              {"record", script_safe(json_text(record))},
                              {"plotly", std::string(asset::plotly())},
                              {"js", std::string(asset::js())}});
}

}  // namespace foldproof
