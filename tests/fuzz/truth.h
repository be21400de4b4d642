// What is true of networks 0 and 1, functions of one input: what the checker states of them is compared with it.
#pragma once

#include <gmpxx.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

/// A number of a proof file that was accepted.
inline mpq_class number(const std::string& text) {
  const std::size_t mark = text.find('b');
  if (mark == std::string::npos) {
    mpq_class value(text);
    value.canonicalize();
    return value;
  }
  const int e = std::stoi(text.substr(mark + 1));
  const mpq_class value(text.substr(0, mark));
  return e >= 0 ? mpq_class(value << static_cast<mp_bitcnt_t>(e)) : mpq_class(value >> static_cast<mp_bitcnt_t>(-e));
}

/// Network 0 rises up to 1 and falls after; network 1 rises up to 1, is constant up to 2, and rises again.
inline bool is_injective(std::size_t network, const mpq_class& lower, const mpq_class& upper) {
  return upper <= 1 || lower >= (network == 0 ? 1 : 2);
}

/// No other point of the interval has the image of `at`.
inline bool is_alone(std::size_t network, const mpq_class& at, const mpq_class& lower, const mpq_class& upper) {
  if (network == 0) return at == 1 || 2 - at < lower || 2 - at > upper;
  return at < 1 || at > 2 || ((lower >= at || at == 1) && (upper <= at || at == 2));
}

inline mpq_class image(std::size_t network, const mpq_class& x) {
  if (x <= 1) return x;
  return network == 0 ? 2 - x : x <= 2 ? mpq_class(1) : x - 1;
}

/// What is stated of the preimages of one value.
struct Fibre {
  mpq_class value;
  std::set<mpq_class> points;
  std::vector<mpq_class> ends;

  bool is_true(std::size_t network, const mpq_class& low, const mpq_class& high, bool complete) const {
    for (const mpq_class& x : points) {
      if (x >= low && x <= high && image(network, x) != value) return false;
    }
    for (const mpq_class& x : ends) {
      if (network == 0 || value != 1 || x < 1 || x > 2 || x < low || x > high) return false;
    }
    if (!complete) return true;
    const auto listed = [&](const mpq_class& x) { return x < low || x > high || points.count(x) != 0; };
    if (network == 0) return value > 1 || (listed(value) && listed(2 - value));
    if (value != 1) return listed(value < 1 ? value : mpq_class(value + 1));
    const bool one = low == 2 || high == 1;
    return !ends.empty() || low > 2 || high < 1 || (one && listed(low == 2 ? low : high));
  }
};

/// Is every claim of a statement about network 0 or 1 true? That each is a function of the other where it is
/// one-to-one, and nowhere else, answers factor.
inline bool is_true(std::size_t network, const std::string& statement) {
  std::map<std::string, std::vector<std::string>> said;
  std::istringstream lines(statement);
  std::vector<Fibre> fibres;
  for (std::string line, name, word; std::getline(lines, line);) {
    std::istringstream words(line);
    words >> name;
    for (said[name].clear(); words >> word;) said[name].push_back(word);
    if (name == "value") fibres.push_back({number(said[name].at(0)), {}, {}});
    if (fibres.empty()) continue;
    if (name == "point") fibres.back().points.insert(number(said[name].at(0)));
    if (name == "x" || name == "y") fibres.back().ends.push_back(number(said[name].at(0)));
  }
  const std::vector<std::string>& end = said["end"];
  const std::string& question = said["question"].at(0);
  mpq_class low, high;
  const bool has_domain = !said["domain"].empty();
  if (has_domain) {
    const std::string& domain = said["domain"].at(0);
    low = number(domain.substr(0, domain.find(':')));
    high = number(domain.substr(domain.find(':') + 1));
  }
  if (question == "injective") {
    return end.at(0) == "open" || (end.at(0) == "proved") == is_injective(network, low, high);
  }
  if (question == "j0") {
    return end.at(1) != "0" || end.at(5) != "0" || low >= (network == 0 ? 1 : 2) || high <= 1;
  }
  if (question == "preimages") {
    std::size_t points = 0, ends = 0;
    bool all = true;
    for (const Fibre& fibre : fibres) {
      for (const mpq_class& x : fibre.points) points += x >= low && x <= high ? 1U : 0U;
      ends += fibre.ends.size();
      all = all && (fibre.is_true(network, low, high, end.at(7) == "0") || !said["listed"].empty());
    }
    if (!said["listed"].empty()) return true;  // too many for a statement
    return all && number(end.at(1)) == fibres.size() && number(end.at(3)) == points && 2 * number(end.at(5)) == ends;
  }
  const mpq_class center = number(said["center"].at(0));
  const mpq_class scale = said["scale"].empty() ? mpq_class(1) : number(said["scale"].at(0));
  const auto holds_at = [&](const mpq_class& r) {
    mpq_class from = center - scale * r, to = center + scale * r;
    if (has_domain && low > from) from = low;
    if (has_domain && high < to) to = high;
    return question == "pseudo" ? is_alone(network, center, from, to) : is_injective(network, from, to);
  };
  if (end.at(1) != "0" && !holds_at(number(end.at(1)))) return false;
  // For one input, `local` says the same.
  if (question != "pseudo" && end.at(3) != "0" && !holds_at(number(end.at(3)))) return false;
  if (end.back() == "none") return true;
  return !holds_at(end.back() == "0" ? number("1b-30000") : number(end.back()));
}
