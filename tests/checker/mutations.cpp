#include "mutations.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace foldproof::testing {

const std::vector<Mutator::Kind> Mutator::kinds = {
    {"a number varied", 8, 8, &Mutator::number},
    {"a number by one ulp", 8, 4, &Mutator::ulp},
    {"an axis", 6, 4, &Mutator::axis},
    {"lines dropped, doubled, moved", 6, 4, &Mutator::line},
    {"words for numbers", 6, 10, &Mutator::words},
    {"a node's letter", 6, 40, &Mutator::node},
    {"a subtree made a leaf", 5, 6, &Mutator::prune},
    {"a subtree from elsewhere", 4, 6, &Mutator::graft},
    {"a leaf divided", 3, 6, &Mutator::divide},
    {"a section of another proof", 5, 4, &Mutator::section},
    {"a section dropped, doubled", 3, 4, &Mutator::drop_section},
    {"a determinant's sign", 3, 2, &Mutator::sign},
    {"a section's radius", 8, 6, &Mutator::radius},
    {"all radii together", 4, 0, &Mutator::inflate},
    {"the last line", 6, 3, &Mutator::end},
    {"the last line by one ulp", 4, 1, &Mutator::end_ulp},
    {"the hash", 1, 0, &Mutator::hash},
    {"another network", 4, 0, &Mutator::other_network},
    {"the centre", 4, 1, &Mutator::centre},
    {"the domain", 4, 1, &Mutator::domain},
    {"the ball", 2, 2, &Mutator::ball},
    {"the inactive neurons", 3, 4, &Mutator::inactive},
    {"other words of the header", 2, 1, &Mutator::header},
    {"tokens of exact cells", 24, 40, &Mutator::cells},
    {"multipliers of exact cells", 24, 20, &Mutator::multipliers},
    {"the preconditioner", 20, 10, &Mutator::matrix},
    {"a collision", 5, 5, &Mutator::collision},
    {"the weights", 8, 1, &Mutator::weights},
    {"truncated", 2, 0, &Mutator::truncate},
    {"bytes", 3, 0, &Mutator::bytes},
    {"compressed and damaged", 1, 0, &Mutator::gzip},
};

const char* Mutator::mutate(Mutant& mutant, long focus) {
  const auto weight = [&](const Kind& kind) { return focus < 0 ? kind.weight : kind.guided; };
  std::size_t total = 0;
  for (const Kind& kind : kinds) total += weight(kind);
  focus_ = focus;
  while (true) {
    std::size_t ticket = below(total), k = 0;
    for (; ticket >= weight(kinds[k]); ++k) ticket -= weight(kinds[k]);
    if (mutant.lines.size() > 3 && (this->*kinds[k].apply)(mutant)) return kinds[k].name;
    if (mutant.lines.size() <= 3 && bytes(mutant)) return "bytes";
  }
}

long Mutator::pick(const Lines& lines, const std::function<bool(std::size_t)>& wanted) {
  std::vector<std::size_t> heads;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find(' ') > 1 && lines[i].size() > 1) heads.push_back(i);
  }
  for (int attempt = 0; attempt < 40; ++attempt) {
    std::size_t i = below(lines.size());
    if (focus_ >= 0 && !chance(4)) {
      i = static_cast<std::size_t>(focus_) + (chance(2) ? 0 : below(7) - 3);
    } else if (chance(2) && !heads.empty()) {
      i = heads[below(heads.size())] + below(2);
    }
    if (i < lines.size() && wanted(i)) return static_cast<long>(i);
  }
  return -1;
}

std::string Mutator::one_ulp(const std::string& number) {
  const Rational value = proof_number(number);
  if (!value.is_double())
    return (value * (Rational(1) + Rational(chance(2) ? 1 : -1).times_power_of_two(-53))).canonical();
  const double x = value.nearest_double();
  const double next =
      std::nextafter(x, chance(2) ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity());
  return std::isfinite(next) ? canonical(next) : number;
}

std::string Mutator::varied(const std::string& number, const Lines& lines) {
  const Rational value = proof_number(number);
  const Rational one(1);
  switch (below(12)) {
    case 0:
      return one_ulp(number);
    case 1:
      return (value + one).canonical();
    case 2:
      return (value - one).canonical();
    case 3:
      return (-value).canonical();
    case 4:
      return value.times_power_of_two(chance(2) ? 1 : -1).canonical();
    case 5:
    case 6:
      return (value * (one + Rational(chance(2) ? 1 : -1).times_power_of_two(-static_cast<long>(1 + below(60)))))
          .canonical();
    case 7:
      return chance(3) ? "0" : chance(2) ? "1b1023" : chance(2) ? "1b-1074" : "-1b20000";
    case 8:
      return (value / Rational(3)).canonical();
    case 9:
      return Rational(static_cast<long>(below(33)) - 16).times_power_of_two(-3).canonical();
    default:
      break;
  }
  for (int attempt = 0; attempt < 10; ++attempt) {
    const std::string& line = lines[below(lines.size())];
    const auto spans = numbers_in(line);
    if (spans.empty()) continue;
    const auto [begin, length] = spans[below(spans.size())];
    return line.substr(begin, length);
  }
  return number;
}

bool Mutator::vary_in(std::string& line, const Lines& lines, bool by_ulp) {
  const auto spans = numbers_in(line);
  if (spans.empty()) return false;
  const auto [begin, length] = spans[below(spans.size())];
  const std::string before = line.substr(begin, length);
  const std::string after = [&] {
    try {
      return by_ulp ? one_ulp(before) : varied(before, lines);
    } catch (const std::exception&) {
      return before;  // an earlier mutation left no number here
    }
  }();
  line.replace(begin, length, after);
  return after != before;
}

bool Mutator::number(Mutant& mutant) {
  const long i = pick(mutant.lines, [&](std::size_t k) { return !numbers_in(mutant.lines[k]).empty(); });
  return i >= 0 && vary_in(mutant.lines[static_cast<std::size_t>(i)], mutant.lines, false);
}

bool Mutator::ulp(Mutant& mutant) {
  const long i = pick(mutant.lines, [&](std::size_t k) { return !numbers_in(mutant.lines[k]).empty(); });
  return i >= 0 && vary_in(mutant.lines[static_cast<std::size_t>(i)], mutant.lines, true);
}

bool Mutator::axis(Mutant& mutant) {
  const long i = pick(mutant.lines, [&](std::size_t k) { return mutant.lines[k].rfind("s ", 0) == 0; });
  if (i < 0) return false;
  std::vector<std::string> words = words_of(mutant.lines[static_cast<std::size_t>(i)]);
  const std::string other = std::to_string(below(static_cast<std::size_t>(pool_.subjects[mutant.subject].inputs) + 1));
  if (words.size() != 3 || words[1] == other) return false;
  words[1] = other;
  mutant.lines[static_cast<std::size_t>(i)] = joined_words(words);
  return true;
}

bool Mutator::line(Mutant& mutant) {
  Lines& lines = mutant.lines;
  const long picked = pick(lines, [](std::size_t) { return true; });
  if (picked < 0) return false;
  const auto i = static_cast<std::size_t>(picked);
  const std::size_t j = chance(2) ? std::min(i + 1, lines.size() - 1) : below(lines.size());
  const std::string line = lines[i];
  switch (below(5)) {
    case 0:
      replace(lines, i, i + 1, {});
      return true;
    case 1:
      replace(lines, i, i, {line});
      return true;
    case 2:
      std::swap(lines[i], lines[j]);
      return lines[i] != line;
    case 3:
      lines[i] = lines[j];
      return lines[i] != line;
    default:
      break;
  }
  const Lines& other = any_proof().lines;
  replace(lines, i, i + (chance(2) ? 1 : 0), {other[below(other.size())]});
  return i >= lines.size() || lines[i] != line;
}

// Words that begin lines where numbers belong: a checker that passes over them once let anything be proved.
bool Mutator::words(Mutant& mutant) {
  const long picked = pick(mutant.lines, [&](std::size_t i) { return words_of(mutant.lines[i]).size() > 1; });
  if (picked < 0) return false;
  std::string& line = mutant.lines[static_cast<std::size_t>(picked)];
  std::vector<std::string> words = words_of(line);
  const std::string other = chance(3) ? first_word(mutant.lines[below(mutant.lines.size())]) : words.front();
  const bool all = chance(2);
  const std::size_t one = 1 + below(words.size() - 1);
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (all || i == one) words[i] = other;
  }
  std::string after = joined_words(words);
  std::swap(line, after);
  return line != after;
}

bool Mutator::node(Mutant& mutant) {
  Lines& lines = mutant.lines;
  const long picked = pick(lines, [&](std::size_t k) { return is_node(lines, k); });
  if (picked < 0) return false;
  std::string& line = lines[static_cast<std::size_t>(picked)];
  static const std::string letters[] = {"l", "lco", ".o", "idmtxyfoe", "xy"};
  const std::string name =
      joined_words(words_of(lines[static_cast<std::size_t>(std::max(0L, find_line(lines, "cover")))]));
  std::string choice = letters[static_cast<std::size_t>(part_of(lines, static_cast<std::size_t>(picked)))];
  if (choice == "lco" && name.rfind("cover points", 0) == 0) choice = "vvttkfc?o";
  if (choice == "lco" && name.rfind("cover locus", 0) == 0) choice = "+-+-bbc?";
  std::string after(1, choice[below(choice.size())]);
  if (choice[0] == 'v' && std::string("vtk").find(after) != std::string::npos) after += ' ' + std::to_string(below(3));
  if (after == "c") after += choice[0] == 'v' ? " .0" : " .";
  const int inputs = pool_.subjects[mutant.subject].inputs;
  for (int o = 0; after[0] == 'f' && o < inputs; ++o) after += ' ' + std::to_string(below(7)) + "b-2";
  const int numbers = inputs * (chance(2) ? 3 : 2);
  for (int o = 0; after[0] == 'b' && o < numbers; ++o)
    after += ' ' + std::to_string(static_cast<long>(below(15)) - 7) + "b-2";
  std::swap(line, after);
  return line != after;
}

bool Mutator::prune(Mutant& mutant) {
  Lines& lines = mutant.lines;
  const long picked = pick(lines, [&](std::size_t k) { return is_node(lines, k) && tree_end(lines, k) > k + 1; });
  if (picked < 0) return false;
  const auto i = static_cast<std::size_t>(picked);
  const Part part = part_of(lines, i);
  const long cover = find_line(lines, "cover");
  const std::string kind = cover < 0 ? "" : words_of(lines[static_cast<std::size_t>(cover)] + " -")[1];
  static const std::map<std::string, Lines> leaves = {{"points", {"v 0", "t 0", "t 1", "k 0", "?", "c .0"}},
                                                      {"locus", {"+", "-", "?", "c ."}}};
  const auto known = leaves.find(kind);
  const std::string leaf = part == Part::cover && known != leaves.end() ? known->second[below(known->second.size())]
                           : part == Part::cover                        ? (chance(4) ? "c ." : "l")
                           : part == Part::patches                      ? (chance(4) ? "o" : ".")
                           : chance(3)                                  ? "m"
                           : chance(4)                                  ? "e"
                           : chance(6)                                  ? "c ."
                           : chance(2)                                  ? "t"
                                                                        : "i";
  replace(lines, i, tree_end(lines, i), {leaf});
  return true;
}

bool Mutator::graft(Mutant& mutant) {
  Lines& lines = mutant.lines;
  const long picked = pick(lines, [&](std::size_t k) { return is_node(lines, k); });
  if (picked < 0) return false;
  const auto i = static_cast<std::size_t>(picked);
  const Lines& other = chance(2) ? mutant.lines : any_proof().lines;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const std::size_t j = below(other.size());
    if (!is_node(other, j) || part_of(other, j) != part_of(lines, i)) continue;
    const Lines tree = slice(other, j, tree_end(other, j));
    if (tree == slice(lines, i, tree_end(lines, i))) continue;
    replace(lines, i, tree_end(lines, i), tree);
    return true;
  }
  return false;
}

bool Mutator::divide(Mutant& mutant) {
  Lines& lines = mutant.lines;
  const long picked = pick(lines, [&](std::size_t k) { return is_node(lines, k) && tree_end(lines, k) == k + 1; });
  if (picked < 0) return false;
  const auto i = static_cast<std::size_t>(picked);
  const std::string leaf = lines[i];
  const auto axis = below(static_cast<std::size_t>(pool_.subjects[mutant.subject].inputs));
  const std::string cut = "s " + std::to_string(axis) + ' ' + std::to_string(static_cast<long>(below(31)) - 15) + "b-4";
  if (part_of(lines, i) != Part::pairs) {
    replace(lines, i, i + 1, {cut, leaf, leaf});
  } else if (leaf == "i") {
    replace(lines, i, i + 1, {"d", "t", "i", "i"});
  } else {
    replace(lines, i, i + 1, {chance(2) ? "x" : "y", leaf, leaf});
  }
  return true;
}

bool Mutator::section(Mutant& mutant) {
  const Proof* other = &any_proof();
  for (int attempt = 0; attempt < 30 && other->subject != mutant.subject && !chance(10); ++attempt)
    other = &any_proof();
  const auto theirs = sections_of(other->lines), ours = sections_of(mutant.lines);
  if (theirs.empty()) return false;
  const Section from = theirs[below(theirs.size())];
  const Lines lines = slice(other->lines, from.begin, from.end);
  if (ours.empty() || chance(3)) {
    const long end = find_line(mutant.lines, "end");
    if (end < 0) return false;
    replace(mutant.lines, static_cast<std::size_t>(end), static_cast<std::size_t>(end), lines);
    return true;
  }
  const Section to = ours[below(ours.size())];
  if (first_word(mutant.lines[to.begin]) != first_word(lines[0]) || slice(mutant.lines, to.begin, to.end) == lines)
    return false;
  replace(mutant.lines, to.begin, to.end, lines);
  return true;
}

bool Mutator::drop_section(Mutant& mutant) {
  const auto sections = sections_of(mutant.lines);
  if (sections.empty()) return false;
  const Section at = sections[below(sections.size())];
  if (chance(3)) {
    replace(mutant.lines, at.begin, at.begin, slice(mutant.lines, at.begin, at.end));
  } else {
    replace(mutant.lines, at.begin, at.end, {});
  }
  return true;
}

bool Mutator::truncate(Mutant& mutant) {
  mutant.bytes = joined(mutant.lines);
  const std::size_t size = mutant.bytes.size();
  mutant.bytes.resize(chance(2) ? size - 1 - below(40) : 1 + below(size - 1));
  return true;
}

bool Mutator::bytes(Mutant& mutant) {
  std::string text = joined(mutant.lines);
  const std::string before = text;
  static const std::string likely = "0123456789b-/ \n:,slcidmtxy.+";
  for (std::size_t count = 1 + below(4); count > 0; --count) {
    const char byte = chance(4) ? static_cast<char>(below(256)) : likely[below(likely.size())];
    const std::size_t i = below(text.size() + 1);
    const std::size_t kind = below(3);
    if (kind == 0 || i == text.size()) {
      text.insert(i, 1, byte);
    } else if (kind == 1) {
      text[i] = byte;
    } else {
      text.erase(i, 1);
    }
  }
  if (text == before || text.empty()) return false;
  mutant.bytes = std::move(text);
  return true;
}

bool Mutator::gzip(Mutant& mutant) {
  std::string file = packed(joined(mutant.lines));
  if (chance(3)) {
    file.resize(1 + below(file.size()));
  } else {
    for (std::size_t count = below(3); count > 0; --count) file[below(file.size())] = static_cast<char>(below(256));
  }
  mutant.bytes = file;
  return true;
}

}  // namespace foldproof::testing
