// The page of foldproof preimages: how many there are, and whether these are all.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/html_parts.h"
#include "report/page.h"

namespace foldproof {

namespace {

constexpr std::size_t kMostRows = 200;
constexpr std::size_t kFewSets = 12;  // the table is open then

Verdict verdict_of_preimages(const Json& record) {
  const Json& sets = record.at("sets");
  const auto points = record.at("points").get<std::size_t>(), flats = record.at("flats").get<std::size_t>();
  const auto complete = static_cast<std::size_t>(
      std::count_if(sets.begin(), sets.end(), [](const Json& set) { return set.at("complete") == true; }));
  if (sets.empty()) return {"open", "No answer", "The answer was withdrawn; nothing is claimed."};
  if (sets.size() == 1) {
    if (complete == 0) {
      return {"open", "Not finished",
              fmt::format("{} and {} were found in the box; whether there are more is not decided.",
                          counted(points, "preimage"), counted(flats, "flat segment"))};
    }
    if (flats > 0) {
      return {"bracket", "Whole segments of preimages",
              fmt::format("Proved: the output is taken on flat pieces of the map ({}) and at the listed inputs, and "
                          "nowhere else in the box.",
                          counted(flats, "segment"))};
    }
    if (points == 0) return {"proved", "No preimage", "Proved: no input of the box has this output."};
    return {"proved", fmt::format("Exactly {}", counted(points, "preimage")),
            fmt::format("Proved: {} of the box {} this output, and no other.", counted(points, "input"),
                        points == 1 ? "has" : "have")};
  }
  const bool all = complete == sets.size();
  return {all ? "proved" : "open",
          all ? fmt::format("All preimages of {} outputs", count_text(sets.size())) : "Not finished",
          fmt::format("{}: {}{} in the box, all in exact arithmetic. For {} of {} outputs it is proved that there are "
                      "no others.",
                      counted(sets.size(), "output"), counted(points, "preimage"),
                      flats > 0 ? fmt::format(" and {}", counted(flats, "flat segment")) : "", count_text(complete),
                      count_text(sets.size()))};
}

std::string preimages_table(const Json& record) {
  const bool few = record.at("sets").size() <= kFewSets;
  std::string html =
      std::string("<section class=\"card\"><h2>Preimages</h2>\n<details") + (few ? " open" : "") +
      "><summary>Table</summary><div class=\"scroll\">"
      "<table class=\"witness\"><thead><tr><th scope=\"col\">output</th><th scope=\"col\">inputs with this output</th>"
      "</tr></thead><tbody>\n";
  std::size_t rows = 0;
  for (const Json& set : record.at("sets")) {
    if (++rows > kMostRows) break;
    std::string inputs;
    const auto add = [&](const std::string& text) { inputs += (inputs.empty() ? "" : "<br>") + escape(text); };
    for (const Json& point : set.at("points")) add(fmt::format("({})", list_text(point.at("x"))));
    for (const Json& flat : set.at("flats")) {
      add(fmt::format("all from ({}) to ({})", list_text(flat.at("x")), list_text(flat.at("y"))));
    }
    if (set.at("complete") != true) add("perhaps more");
    if (inputs.empty()) inputs = "none";
    html += fmt::format("<tr><th scope=\"row\"><code>({})</code></th><td><code>{}</code></td></tr>\n",
                        escape(list_text(set.at("value"))), inputs);
  }
  html +=
      "</tbody></table></div></details>\n<p class=\"quiet\">"
      "Nearest doubles; the record has the exact rational numbers.";
  if (record.at("sets").size() > kMostRows) html += fmt::format(" The first {} outputs are shown.", kMostRows);
  return html + "</p></section>\n";
}

std::vector<std::string> claims_of_preimages(const Json& record) {
  std::vector<std::string> claims{
      "f is the real-arithmetic function of the network's weights, exactly as stored. Every listed input is rational, "
      "and f takes exactly the asked output there.",
      "Where an output is called complete, no other input of the box has it, but for those on the linear pieces of its "
      "flat segments."};
  const Json& proof = record.at("proof");
  if (proof.at("checked") == true) {
    claims.push_back(
        "The search is not trusted: it wrote a proof, and a separate program, foldproof-check, which "
        "shares no code with it, proved every part of this answer again.");
  } else if (proof.at("refused").is_null()) {
    claims.push_back("The answer was found by the search and has not been checked by the independent checker.");
  } else {
    claims.push_back(
        fmt::format("The independent checker refused the proof ({}). Nothing is claimed. Please report "
                    "this.",
                    shown(proof.at("refused"))));
  }
  return claims;
}

std::string preimages_numbers(const Json& record) {
  std::string box;
  for (const Json& side : record.at("box")) {
    box += fmt::format("{}[{}]", box.empty() ? "" : " × ", list_text(side));
  }
  return row("Box", fmt::format("<code>{}</code>", escape(box))) +
         row("Outputs", count_text(record.at("sets").size())) + row("Preimages", count_text(record.at("points"))) +
         row("Flat segments", count_text(record.at("flats"))) + row("Boxes left open", count_text(record.at("open"))) +
         run_rows(record);
}

}  // namespace

Page preimages_page(const Json& record) {
  return {verdict_of_preimages(record), "", "", preimages_table(record), claims_of_preimages(record),
          preimages_numbers(record)};
}

}  // namespace foldproof
