#include "report/words.h"

#include <fmt/format.h>

#include <map>

#include "number/decimal.h"
#include "number/rational.h"

namespace foldproof {

namespace {

std::string shortest(const Json& exact_text) {
  const std::string text = exact_text.get<std::string>();
  const std::optional<Rational> value = Rational::parse(text);
  if (!value) return text;
  const std::string pretty = value->pretty(short_decimal);
  return pretty.find('/') == std::string::npos ? pretty : fmt::format("{:.7g}", value->nearest_double());
}

std::string point_text(const Json& exact_texts) {
  std::string text;
  for (const Json& entry : exact_texts) text += (text.empty() ? "" : ", ") + shortest(entry);
  return "(" + text + ")";
}

std::string box_text(const Json& sides) {
  std::string text;
  for (const Json& side : sides) {
    text += fmt::format("{}[{}, {}]", text.empty() ? "" : " × ", shortest(side.at(0)), shortest(side.at(1)));
  }
  return text;
}

/// "the ball", with the norm unless it is the usual one: "the ball |x − c|₂ ≤ r".
std::string ball_words(const Json& record, const std::string& radius) {
  static const std::map<std::string, std::string> marks{{"linf", "∞"}, {"l1", "₁"}, {"l2", "₂"}};
  const std::string norm = record.at("norm");
  const bool weighted = !record.at("scale").is_null();
  if (norm == "linf" && !weighted) return fmt::format("the ball of radius {}", radius);
  const auto mark = marks.find(norm);
  return fmt::format("the ball |{}|{} ≤ {}", weighted ? "(x − c) / s" : "x − c",
                     mark == marks.end() ? norm : mark->second, radius);
}

std::string text_at(const Json& object, const char* key) {
  const Json& value = object.at(key);
  return value.is_null() ? "" : value.get<std::string>();
}

std::string why_stopped(const Json& record) {
  static const std::map<std::string, std::string> reasons{
      {"time", "the time allowed was used up"},
      {"memory", "the memory allowed was used up"},
      {"interrupt", "the run was interrupted"},
      {"unresolved", "one place could be neither proved nor refuted"},
      {"refused", "the independent checker refused the proof, so the answer is withdrawn; this is a bug in foldproof"},
  };
  const auto found = reasons.find(text_at(record, "stop_reason"));
  return found == reasons.end() ? "the search ended early" : found->second;
}

Verdict verdict_of_box(const Json& record) {
  const std::string verdict = record.at("verdict"), box = box_text(record.at("box"));
  if (verdict == "proved") {
    return {
        "proved", "One-to-one on the box",
        fmt::format("Proved: f is one-to-one on the box {}. No two different inputs in it have the same output.", box)};
  }
  if (verdict == "refuted") {
    return {"refuted", "Not one-to-one on the box",
            fmt::format("Refuted: f is not one-to-one on the box {}. Two different inputs in it have exactly the same "
                        "output.",
                        box)};
  }
  return {"open", "Not decided", fmt::format("Not decided on the box {}: {}.", box, why_stopped(record))};
}

Verdict verdict_of_pseudo(const Json& record) {
  const Bracket bracket = bracket_of(record);
  const std::string center = point_text(record.at("center_exact")), limit = text_at(record, "limit");
  const std::string cut = record.at("domain").is_null() ? "" : " (within the domain)";
  if (bracket.upper == "0") {
    return {"refuted", "The centre is not alone",
            fmt::format("Inputs arbitrarily close to {} have exactly the same output as it: a line of inputs with one "
                        "output passes through it.",
                        center)};
  }
  const bool nothing_proved = bracket.lower == "0";
  std::string sentence = nothing_proved ? fmt::format("Nothing is proved around {} yet.", center)
                                        : fmt::format(
                                              "Proved: no other input of {} around {}{} has the output of the "
                                              "centre.",
                                              ball_words(record, bracket.lower), center, cut);
  const bool solved = record.at("status") == "solved";
  if (!bracket.upper.empty()) {
    sentence += fmt::format(" At distance {} another input has exactly that output.", bracket.upper);
    if (!solved) sentence += fmt::format(" Between the two nothing is decided: {}.", why_stopped(record));
    return {nothing_proved ? "open" : "bracket", solved ? "Alone, up to a sharp limit" : "A bracket, still open",
            sentence};
  }
  if (limit == "none_within_domain") {
    return {"proved", "Alone on the whole domain",
            fmt::format("Proved: no other input of the domain {} has the output of {}.", box_text(record.at("domain")),
                        center)};
  }
  if (limit == "none_within_max_radius") {
    return {"proved", "Alone as far as was asked", sentence + " That is the largest radius that was asked for."};
  }
  return {"open", "Not finished", sentence + fmt::format(" Beyond that nothing is decided: {}.", why_stopped(record))};
}

Verdict verdict_of_locus(const Json& record) {
  const std::string box = box_text(record.at("box"));
  const std::size_t n = record.at("box").size();
  const Json &lines = record.at("lines"), &flats = record.at("flats"), &enclosure = record.at("enclosure");
  const bool complete = record.at("complete") == true;
  const bool proved = enclosure.at("open") == 0;
  const std::string unfinished =
      !complete ? fmt::format(" This is a part of it: {}.", why_stopped(record))
      : proved  ? ""
                : fmt::format(" The proof leaves {} of its small boxes undecided.", count_text(enclosure.at("open")));
  if (text_at(record, "stop_reason") == "refused") {
    return {"open", "Not decided", fmt::format("Nothing is claimed about the box {}: {}.", box, why_stopped(record))};
  }
  if (n > 3) {
    const std::size_t boxes = enclosure.at("boxes").get<std::size_t>() + enclosure.at("open").get<std::size_t>();
    if (boxes == 0) return {"proved", "No fold in the box", fmt::format("det J keeps one sign on all of {}.", box)};
    return {"bracket", "Where the map may fold",
            fmt::format("J0, the set where the map folds, lies in {} within {}.",
                        count_text(boxes) + (boxes == 1 ? " small box" : " small boxes"), box)};
  }
  std::vector<std::string> parts;
  if (n == 1 && !lines.empty()) parts.push_back(counted(lines.size(), "point"));
  if (n == 2 && !lines.empty()) parts.push_back(counted(lines.size(), "polyline"));
  if (!record.at("triangles").empty()) parts.push_back(counted(record.at("triangles").size(), "triangle"));
  if (!flats.empty()) {
    parts.push_back(n == 1   ? counted(flats.size(), "flat interval")
                    : n == 2 ? counted(flats.size(), "flat polygon")
                             : counted(flats.size(), "polygon") + " around flat pieces");
  }
  if (parts.empty()) {
    if (!complete)
      return {"open", "Not finished", fmt::format("No fold was found in {} so far: {}.", box, why_stopped(record))};
    return {
        proved ? "proved" : "open", "No fold in the box",
        fmt::format("There is no J0 in {}: the determinant has one sign on all linear pieces of the network there.{}",
                    box, unfinished)};
  }
  std::string all = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) all += " and " + parts[i];
  return {complete && proved ? "bracket" : "open", complete ? "Where the map folds" : "Where the map folds, in part",
          fmt::format("J0 in {} consists of {}, exactly.{}", box, all, unfinished)};
}

}  // namespace

std::string seconds_text(double seconds) {
  constexpr double kMilli = 1e3;
  return seconds < 1 ? fmt::format("{:.3g} ms", kMilli * seconds) : fmt::format("{:.4g} s", seconds);
}

std::string count_text(std::uint64_t number) {
  constexpr std::size_t kGroup = 3;
  std::string digits = std::to_string(number);
  for (std::size_t place = digits.size(); place > kGroup;) {
    place -= kGroup;
    digits.insert(place, "\u202f");
  }
  return digits;
}

Bracket bracket_of(const Json& record) {
  const Json& radius = record.at("radius");
  const double lower = radius.at("lower").get<double>();
  std::optional<double> upper;
  if (radius.at("upper").is_number()) upper = radius.at("upper").get<double>();
  const auto end = [&](const std::string& exact, Towards towards) {
    const std::optional<Rational> x = Rational::parse(exact);
    return x ? bracket_end(*x, lower, upper, towards) : exact;
  };
  const std::string above = text_at(radius, "upper_exact");
  return {end(radius.at("lower_exact"), Towards::zero), above.empty() ? "" : end(above, Towards::above)};
}

Verdict verdict_of(const Json& record) {
  if (record.at("question") == "injective") return verdict_of_box(record);
  if (record.at("question") == "pseudo") return verdict_of_pseudo(record);
  if (record.at("question") == "j0") return verdict_of_locus(record);
  const Bracket bracket = bracket_of(record);
  const std::string center = point_text(record.at("center_exact")), limit = text_at(record, "limit");
  const std::string cut = record.at("domain").is_null() ? "" : " (within the domain)";
  const bool solved = record.at("status") == "solved";
  if (bracket.upper == "0") {
    return {"refuted", "Not one-to-one around the centre",
            fmt::format("Refuted at every radius: f is not one-to-one on any ball around {}, however small. Pairs of "
                        "different inputs with the same output lie arbitrarily close to the centre.",
                        center)};
  }
  const bool nothing_proved = bracket.lower == "0";
  std::string sentence = nothing_proved ? fmt::format("No ball around {} is proved one-to-one yet.", center)
                                        : fmt::format("Proved: f is one-to-one on {} around {}{}.",
                                                      ball_words(record, bracket.lower), center, cut);
  if (!bracket.upper.empty()) {
    sentence +=
        fmt::format(" Refuted at {}: two different inputs in that ball have exactly the same output.", bracket.upper);
    if (!solved) sentence += fmt::format(" Between the two nothing is decided: {}.", why_stopped(record));
    return {nothing_proved ? "open" : "bracket", solved ? "One-to-one, up to a sharp limit" : "A bracket, still open",
            sentence};
  }
  if (limit == "none_within_domain") {
    return {"proved", "One-to-one on the whole domain",
            fmt::format("Proved: f is one-to-one on the whole domain {}.", box_text(record.at("domain")))};
  }
  if (limit == "none_within_max_radius") {
    return {"proved", "One-to-one as far as was asked", sentence + " That is the largest radius that was asked for."};
  }
  return {"open", "Not finished", sentence + fmt::format(" Beyond that nothing is decided: {}.", why_stopped(record))};
}

std::string limit_words(const Json& record) {
  static const std::map<std::string, std::string> words{
      {"fold",
       "A fold: the map turns over, as a sheet of paper does at a crease. The sign of its Jacobian determinant "
       "changes there, and inputs on both sides of the crease meet in one output."},
      {"collision",
       "A collision from afar: the map is locally one-to-one, yet two separate parts of the ball land on the same "
       "output."},
      {"flat", "A flat region: the map is constant along a segment, so a whole line of inputs has one output."},
      {"preimage", "Another input with the output of the centre, alone on its linear piece."},
      {"branch",
       "A branch point: the Jacobian determinant keeps its sign, yet the map winds around the point more than once, so "
       "inputs on opposite sides meet."},
  };
  if (record.at("question") == "pseudo" && text_at(record, "limit") == "flat") {
    return "A flat region: a whole line of inputs has the output of the centre. This is the nearest place of it.";
  }
  const auto found = words.find(text_at(record, "limit"));
  return found == words.end() ? "" : found->second;
}

std::vector<std::string> claims_of(const Json& record) {
  std::vector<std::string> claims{
      "f is the real-arithmetic function of the network's weights, exactly as stored. Rounding in float32 inference is "
      "not part of the claim."};
  if (record.contains("norm")) {
    static const std::map<std::string, std::string> norms{
        {"linf",
         "The ball of radius r is closed: all inputs whose entries each differ from the centre by at most r "
         "(maximum norm; a square in 2-D, a cube in 3-D)."},
        {"l1",
         "The ball of radius r is closed: all inputs whose differences from the centre add up to at most r (a "
         "diamond in 2-D)."},
        {"l2",
         "The ball of radius r is closed: all inputs within Euclidean distance r of the centre (a disc in 2-D)."}};
    const auto norm = norms.find(text_at(record, "norm"));
    if (norm != norms.end()) claims.push_back(norm->second);
    if (const Json& scale = record.at("scale"); !scale.is_null()) {
      claims.push_back("The ball is weighted: the difference in each input is divided by its scale first, " +
                       point_text(scale) + ".");
    }
  }
  if (record.at("question") == "j0") {
    claims.push_back(
        "J0 is the set of points in the closures of two linear pieces of f with opposite orientation, or of one whose "
        "Jacobian determinant is 0 (Cui et al. 2023, eq. 9); of the pieces that meet the inside of the box.");
    claims.push_back(
        "Its vertices were found and joined in exact arithmetic wherever doubles with proved errors do not "
        "decide. This part is the search's; the proof that is checked says where no J0 can be, and that "
        "each of its small boxes holds some.");
    if (record.at("enclosure").at("open") != 0) {
      claims.push_back("The proof leaves some small boxes open: there it says nothing.");
    }
  }
  if (record.contains("witness") && !record.at("witness").is_null()) {
    claims.push_back(
        "The refutation is a pair of rational points, compared in exact arithmetic: f(x) = f(y) holds to "
        "the last digit.");
  }
  const Json& proof = record.at("proof");
  if (proof.at("checked") == true) {
    claims.push_back(
        "The search is not trusted: it wrote a proof, and a separate program, foldproof-check, which shares "
        "no code with it, proved every part of this answer again.");
  } else if (proof.at("refused").is_null()) {
    claims.push_back("The answer was found by the search and has not been checked by the independent checker.");
  } else {
    claims.push_back("The independent checker refused the proof (" + text_at(proof, "refused") +
                     "). Nothing is claimed. Please report this.");
  }
  claims.push_back("The pictures are sampled in ordinary double arithmetic. They illustrate; nothing rests on them.");
  return claims;
}

std::string counted(std::uint64_t number, const std::string& noun) {
  return fmt::format("{} {}{}", count_text(number), noun, number == 1 ? "" : "s");
}

}  // namespace foldproof
