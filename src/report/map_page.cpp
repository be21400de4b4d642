// The page of the preimages and of the fold of a polynomial map.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "number/rational.h"
#include "report/html_parts.h"
#include "report/page.h"

namespace foldproof {

namespace {

std::string where(const Json& record) {
  return record.at("box").is_null() ? "" : record.at("box").size() == 1 ? " in the interval" : " in the box";
}

Verdict verdict_of_fold(const Json& record) {
  if (record.at("everywhere") == true) return {"bracket", "Flat everywhere", "det J is 0 at every point."};
  const bool line = record.at("box").size() == 1;
  if (record.at("status") != "solved") {
    return {"open", "Where the map folds, in part",
            fmt::format("In {} a part of the curve may be missed or joined wrongly.",
                        counted(record.at("grid").at("open_cells").get<std::size_t>(), "small cell"))};
  }
  const std::size_t count = record.at("lines").size();
  if (count == 0) return {"proved", "No fold" + where(record), "Proved: det J is nowhere 0 there."};
  return {
      "bracket", "Where the map folds",
      line ? fmt::format("Proved: det J has {} in the interval, and no other.", counted(count, "zero"))
           : fmt::format("det J = 0 on {}. No part of the curve is missed, proved; between its crossings with a fine "
                         "grid it is drawn straight.",
                         counted(count, "polyline"))};
}

Verdict verdict_of_sets(const Json& record) {
  const Json& sets = record.at("sets");
  std::size_t points = 0;
  bool curves = false;
  for (const Json& set : sets) {
    points += set.at("points").size();
    curves = curves || !set.at("curve").is_null();
  }
  if (record.at("status") != "solved") {
    return {"open", "Not decided", "Of some outputs it is not decided which inputs have them."};
  }
  if (sets.size() > 1) {
    return {"proved", fmt::format("All preimages of {} outputs", count_text(sets.size())),
            fmt::format("Proved: {}{}, and no other.", counted(points, "input"), where(record))};
  }
  if (curves) return {"bracket", "A whole curve of preimages", "Proved: the listed curve and inputs, and no other."};
  if (points == 0) return {"proved", "No preimage", fmt::format("Proved: no input{} has this output.", where(record))};
  return {"proved", fmt::format("Exactly {}", counted(points, "preimage")),
          fmt::format("Proved: {}{} {} this output, and no other.", counted(points, "input"), where(record),
                      points == 1 ? "has" : "have")};
}

std::string table_of(const Json& points, const char* heading) {
  std::string html = fmt::format(
      "<section class=\"card\"><h2>{}</h2>\n<div class=\"scroll\"><table class=\"witness\">"
      "<thead><tr><th scope=\"col\">input</th><th scope=\"col\">there</th></tr></thead>"
      "<tbody>\n",
      heading);
  for (const Json& point : points) {
    const int multiplicity = point.at("multiplicity");
    html +=
        fmt::format("<tr><th scope=\"row\"><code>({})</code></th><td>{}</td></tr>\n", escape(list_text(point.at("x"))),
                    multiplicity > 1        ? fmt::format("on the fold, {}-fold", multiplicity)
                    : point.at("sign") == 0 ? "det J = 0"
                    : point.at("sign") == 1 ? "det J &gt; 0"
                                            : "det J &lt; 0");
  }
  return html +
         "</tbody></table></div>\n<p class=\"quiet\">Nearest doubles; the record has a rational box around each "
         "that holds no other.</p></section>\n";
}

std::string numbers_of_map(const Json& record) {
  const Json& map = record.at("map");
  std::string html = row("Map", escape(shown(map.at("file"))));
  for (std::size_t i = 0; i < map.at("components").size(); ++i) {
    html += row(escape(shown(map.at("variables").at(i)) + " becomes"),
                fmt::format("<code>{}</code>", escape(shown(map.at("components").at(i)))));
  }
  if (record.contains("determinant")) {
    html += row("det J", fmt::format("<code>{}</code>", escape(shown(record.at("determinant")))));
  }
  for (const auto& [name, value] : map.at("constants").items()) {
    html += row("Constant", fmt::format("<code>{} = {}</code>", escape(name), escape(shown(value))));
  }
  if (!record.at("box").is_null()) {
    std::string box;
    for (const Json& side : record.at("box")) box += fmt::format("{}[{}]", box.empty() ? "" : " × ", list_text(side));
    html += row("Box", fmt::format("<code>{}</code>", escape(box)));
  }
  html += row("SHA-256", fmt::format("<code>{}</code>", escape(shown(map.at("sha256")))));
  if (!record.at("seconds").is_null()) html += row("Time", seconds_text(record.at("seconds")));
  return html;
}

double number_of(const Json& exact) { return Rational::parse(exact.get<std::string>()).value().nearest_double(); }

// The box; without one, a square around the points.
Json window_of(const Json& record) {
  Json window = Json::array();
  for (std::size_t i = 0; i < 2; ++i) {
    double lower = -1, upper = 1;
    if (!record.at("box").is_null()) {
      lower = number_of(record.at("box").at(i).at(0));
      upper = number_of(record.at("box").at(i).at(1));
    } else {
      bool first = true;
      for (const Json& set : record.at("sets")) {
        for (const Json& point : set.at("points")) {
          const double x = point.at("x").at(i);
          lower = first ? x : std::min(lower, x);
          upper = first ? x : std::max(upper, x);
          first = false;
        }
      }
      const double room = std::max(0.5, 0.2 * (upper - lower));
      lower -= room;
      upper += room;
    }
    window.push_back({lower, upper});
  }
  return window;
}

}  // namespace

Json drawn_map_record(Json record) {
  record["picture"] = nullptr;
  if (record.at("map").at("variables").size() != 2) return record;
  Json fold = Json::array();
  if (record.at("question") == "j0") {
    const Json& points = record.at("points");
    for (const Json& line : record.at("lines")) {
      for (std::size_t k = 1; k < line.size(); ++k) {
        const Json &from = points.at(line.at(k - 1).get<std::size_t>()), &to = points.at(line.at(k).get<std::size_t>());
        fold.push_back(Json::array({from.at(0), from.at(1), to.at(0), to.at(1)}));
      }
    }
  } else {
    for (Json& set : record.at("sets")) {
      Json value = Json::array();
      for (const Json& entry : set.at("value_exact")) value.push_back(number_of(entry));
      set["value"] = std::move(value);
    }
  }
  record["picture"] = {
      {"kind", "preimages"}, {"window", window_of(record)}, {"fold", std::move(fold)}, {"thinned", Json::array()}};
  return record;
}

Page map_page(const Json& record) {
  std::vector<std::string> claims{
      "f is the polynomial map with the exact coefficients that are written below: one forward Euler step of the "
      "vector "
      "field of the file."};
  if (record.at("question") == "j0") {
    const bool line = record.at("box").size() == 1;
    claims.push_back(
        line ? "The zeros of det J are counted completely, by certified counts of the real roots of polynomials."
             : "Crossings of the curve det J = 0 with the lines of a grid are counted completely, by certified "
               "counts of the real roots of polynomials.");
    const std::string table = line ? table_of(record.at("zeros"), "Zeros of det J") : "";
    return {verdict_of_fold(record), "", "", table, claims, numbers_of_map(record)};
  }
  claims.push_back(
      "Preimages are counted by exact elimination and certified counts of real roots; each lies in a rational "
      "box of its own.");
  Json points = Json::array();
  for (const Json& set : record.at("sets")) {
    for (const Json& point : set.at("points")) points.push_back(point);
    if (!set.at("curve").is_null())
      claims.push_back(fmt::format("Every real point of {} = 0 is one.", shown(set.at("curve"))));
    if (!set.at("reason").is_null()) claims.push_back(fmt::format("Not decided: {}.", shown(set.at("reason"))));
  }
  return {verdict_of_sets(record), "", "", table_of(points, "Preimages"), claims, numbers_of_map(record)};
}

}  // namespace foldproof
