// What is true of networks 0 and 1, functions of one input: what the checker states of them is compared with it.
#pragma once

#include <gmpxx.h>

#include <map>
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

/// Is every claim of a statement about network 0 or 1 true?
inline bool is_true(std::size_t network, const std::string& statement) {
  std::map<std::string, std::vector<std::string>> said;
  std::istringstream lines(statement);
  for (std::string line, name, word; std::getline(lines, line);) {
    std::istringstream words(line);
    words >> name;
    for (said[name].clear(); words >> word;) said[name].push_back(word);
  }
  const std::vector<std::string>& end = said["end"];
  mpq_class low, high;
  const bool has_domain = !said["domain"].empty();
  if (has_domain) {
    const std::string& domain = said["domain"].at(0);
    low = number(domain.substr(0, domain.find(':')));
    high = number(domain.substr(domain.find(':') + 1));
  }
  if (said["question"].at(0) == "injective") {
    return end.at(0) == "open" || (end.at(0) == "proved") == is_injective(network, low, high);
  }
  const mpq_class center = number(said["center"].at(0));
  const auto injective_at = [&](const mpq_class& r) {
    mpq_class from = center - r, to = center + r;
    if (has_domain && low > from) from = low;
    if (has_domain && high < to) to = high;
    return is_injective(network, from, to);
  };
  if (end.at(1) != "0" && !injective_at(number(end.at(1)))) return false;
  if (end.at(3) != "0" && !injective_at(number(end.at(3)))) return false;  // for one input, `local` says the same
  if (end.at(5) == "none") return true;
  return !injective_at(end.at(5) == "0" ? number("1b-30000") : number(end.at(5)));
}
