// Corruptions of what a proof says: header, radii, signs, exact cells, collisions, the last line, the network.
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/weights_file.h"
#include "mutations.h"

namespace foldproof::testing {

bool Mutator::sign(Mutant& mutant) {
  bool changed = false;
  const bool all = chance(2);
  for (std::string& line : mutant.lines) {
    if (line.rfind("cover sign", 0) != 0 || (changed && !all)) continue;
    line.back() = line.back() == '+' ? '-' : '+';
    changed = true;
  }
  return changed;
}

bool Mutator::radius(Mutant& mutant) {
  const long picked = pick(mutant.lines, [&](std::size_t k) {
    const std::string word = first_word(mutant.lines[k]);
    return word == "cover" || word == "boundary" || (word == "pairs" && word != mutant.lines[k]);
  });
  return picked >= 0 && vary_in(mutant.lines[static_cast<std::size_t>(picked)], mutant.lines, chance(2));
}

bool Mutator::inflate(Mutant& mutant) {
  Lines& lines = mutant.lines;
  std::vector<std::string> end = words_of(lines.back());
  if ((end.size() != 7 && end.size() != 5) || end[1] != "lower") return false;
  std::string r;
  try {
    const Rational local = proof_number(end[end.size() - 3]);
    const double upper = end.back() == "none" ? 0.0 : proof_number(end.back()).upper_double();
    const double grown =
        (local * (Rational(1) + Rational(1).times_power_of_two(-static_cast<long>(below(14))))).upper_double();
    const double next = std::nextafter(upper, std::numeric_limits<double>::infinity());
    const double radius = chance(2) || !(upper > 0.0) ? grown : chance(2) ? upper : next;
    if (!(radius > 0.0) || !std::isfinite(radius)) return false;
    r = canonical(radius);
  } catch (const std::exception&) {
    return false;
  }
  bool boundary = false;
  for (std::string& line : lines) {
    std::vector<std::string> words = words_of(line);
    if (words.empty()) continue;
    if (words[0] != "ball" && chance(5)) continue;
    const bool cover = words[0] == "cover" && words.size() > 2;
    const bool either = (words[0] == "boundary" || words[0] == "pairs" || words[0] == "ball") && words.size() == 2;
    boundary = boundary || (either && words[0] != "ball");
    if (cover) words[2] = r;
    if (either) words[1] = r;
    if (cover || either) line = joined_words(words);
  }
  if (end[2] != "0" || boundary) end[2] = r;
  end[end.size() - 3] = r;
  if (chance(2)) end.back() = std::string("none");
  lines.back() = joined_words(end);
  return true;
}

bool Mutator::end(Mutant& mutant) {
  std::vector<std::string> words = words_of(mutant.lines.back());
  const std::string before = mutant.lines.back(), zero = "0", none = "none";
  if (words.size() == 2) {
    words[1] = chance(3) ? "open" : chance(2) ? "proved" : "refuted";
  } else if (words.size() == 9 || (words.size() > 1 && words[1] == "boxes") || words.size() == 5) {
    return vary_in(mutant.lines.back(), mutant.lines, chance(2));
  } else if (words.size() == 7) {
    std::string &lower = words[2], &local = words[4], &upper = words[6];
    try {
      switch (below(12)) {
        case 0:
          lower = local;
          break;
        case 1:
          lower = upper == none ? lower : upper;
          break;
        case 2:
          local = upper == none ? local : upper;
          break;
        case 3:
          lower = local = upper == none ? local : upper;
          break;
        case 4:
          lower = varied(lower, mutant.lines);
          break;
        case 5:
          local = varied(local, mutant.lines);
          break;
        case 6:
          upper = upper == none ? lower : varied(upper, mutant.lines);
          break;
        case 7:
          upper = none;
          break;
        case 8:
          upper = zero;
          break;
        case 9:
          lower = zero;
          break;
        case 10:
          lower = upper = zero;
          break;
        default:
          lower = local = varied(local, mutant.lines);
          break;
      }
    } catch (const std::exception&) {
      return false;
    }
  }
  mutant.lines.back() = joined_words(words);
  return mutant.lines.back() != before;
}

bool Mutator::end_ulp(Mutant& mutant) { return vary_in(mutant.lines.back(), mutant.lines, true); }

bool Mutator::hash(Mutant& mutant) {
  const long i = find_line(mutant.lines, "network");
  if (i < 0) return false;
  std::string& line = mutant.lines[static_cast<std::size_t>(i)];
  const std::string before = line;
  char& digit = line[8 + below(line.size() > 8 ? line.size() - 8 : 1)];
  switch (below(4)) {
    case 0:
      digit = "0123456789abcdef"[below(16)];
      break;
    case 1:
      digit = static_cast<char>(digit >= 'a' ? digit - 'a' + 'A' : digit);
      break;
    case 2:
      line.pop_back();
      break;
    default:
      line = "network " + pool_.subjects[below(pool_.subjects.size())].hash;
      break;
  }
  return line != before;
}

bool Mutator::other_network(Mutant& mutant) {
  const std::size_t other = below(pool_.subjects.size());
  const long i = find_line(mutant.lines, "network");
  const bool same = pool_.subjects[other].inputs == pool_.subjects[mutant.subject].inputs;
  if (i < 0 || other == mutant.subject || !same || !mutant.weights.empty()) return false;
  mutant.subject = other;
  mutant.lines[static_cast<std::size_t>(i)] = "network " + pool_.subjects[other].hash;
  return true;
}

bool Mutator::centre(Mutant& mutant) {
  const long scale = find_line(mutant.lines, "scale");
  const long i = scale >= 0 && chance(2) ? scale : find_line(mutant.lines, "center");
  return i >= 0 && vary_in(mutant.lines[static_cast<std::size_t>(i)], mutant.lines, chance(2));
}

bool Mutator::domain(Mutant& mutant) {
  const long i = find_line(mutant.lines, "domain"), ball = find_line(mutant.lines, "ball");
  if (i >= 0 && !chance(5)) return vary_in(mutant.lines[static_cast<std::size_t>(i)], mutant.lines, chance(2));
  if (i >= 0) {
    replace(mutant.lines, static_cast<std::size_t>(i), static_cast<std::size_t>(i) + 1, {});
    return true;
  }
  if (ball < 0) return false;
  std::string line = "domain";
  for (int k = 0; k < pool_.subjects[mutant.subject].inputs; ++k) {
    line += " -" + std::to_string(1 + below(40)) + "/7:" + std::to_string(1 + below(40)) + "b-3";
  }
  replace(mutant.lines, static_cast<std::size_t>(ball), static_cast<std::size_t>(ball), {line});
  return true;
}

bool Mutator::ball(Mutant& mutant) {
  const long i = find_line(mutant.lines, "ball");
  return i >= 0 && vary_in(mutant.lines[static_cast<std::size_t>(i)], mutant.lines, chance(2));
}

bool Mutator::inactive(Mutant& mutant) {
  const long i = find_line(mutant.lines, "inactive");
  if (i < 0) return false;
  std::vector<std::string> words = words_of(mutant.lines[static_cast<std::size_t>(i)]);
  const std::size_t at = 1 + below(words.size());
  if (at < words.size() && !chance(3)) {
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    words.insert(words.begin() + static_cast<std::ptrdiff_t>(std::min(at, words.size())), std::to_string(below(10)));
    if (!chance(4)) std::sort(words.begin() + 1, words.end());
  }
  mutant.lines[static_cast<std::size_t>(i)] = joined_words(words);
  return true;
}

bool Mutator::header(Mutant& mutant) {
  static const Lines choices = {"foldproof-proof 3", "question injective",
                                "question radius",   "norm l2",
                                "norm linf",         "center",
                                "norm l1",           "question pseudo",
                                "question factor",   "question preimages",
                                "question j0",       "end values 0 points 0 flats 0 open 0",
                                "inactive",          "ball 0",
                                "ball 1b1023",       "end proved",
                                "end open"};
  const std::string& line = choices[below(choices.size())];
  const long i = find_line(mutant.lines, first_word(line));
  if (i < 0 || mutant.lines[static_cast<std::size_t>(i)] == line) return false;
  mutant.lines[static_cast<std::size_t>(i)] = line;
  return true;
}

bool Mutator::cells(Mutant& mutant) {
  const long picked = pick(mutant.lines, [&](std::size_t k) { return mutant.lines[k].rfind("c ", 0) == 0; });
  if (picked < 0) return false;
  std::string& line = mutant.lines[static_cast<std::size_t>(picked)];
  const std::string before = line;
  std::vector<std::string> words = words_of(line);
  if (words.size() < 2) return false;
  const std::size_t i = 1 + below(words.size() - 1), j = 1 + below(words.size() - 1);
  const auto place = words.begin() + static_cast<std::ptrdiff_t>(i);
  const std::string copy = words[j];
  const std::string neuron = std::to_string(below(9));
  switch (below(9)) {
    case 8:
      words[i] = std::vector<std::string>{".0:1", ".0:-1;" + neuron + ":1", ".;" + neuron + ":1"}[below(3)];
      break;
    case 0:
      words.erase(place);
      break;
    case 1:
      words.insert(place, copy);
      break;
    case 2:
      std::swap(words[i], words[j]);
      break;
    case 3:
      words[i] = std::vector<std::string>{".", ".0", ".1", ".n", ".f0", ".e0:1", ".e0:-1;" + neuron + ":1"}[below(7)];
      break;
    case 4:
      words[i] = "s" + neuron;
      break;
    case 5:
      words[i] = "x" + neuron + ":1";
      break;
    case 6:
      words[i] = "s" + neuron + " . .";
      break;
    default:
      words[i] = "s" + neuron + " x" + neuron + ":1 x" + neuron + ":1";
      break;
  }
  line = joined_words(words);
  return line != before;
}

bool Mutator::multipliers(Mutant& mutant) {
  const auto has = [&](std::size_t k) { return mutant.lines[k].rfind("c ", 0) == 0; };
  const long picked = pick(mutant.lines, has);
  return picked >= 0 && vary_in(mutant.lines[static_cast<std::size_t>(picked)], mutant.lines, chance(2));
}

bool Mutator::matrix(Mutant& mutant) {
  const long i = find_line(mutant.lines, "matrix");
  return i >= 0 && vary_in(mutant.lines[static_cast<std::size_t>(i)], mutant.lines, chance(3));
}

bool Mutator::collision(Mutant& mutant) {
  const long other = find_line(mutant.lines, chance(2) ? "point" : "value");
  if (other >= 0) return vary_in(mutant.lines[static_cast<std::size_t>(other)], mutant.lines, chance(2));
  const long collides = find_line(mutant.lines, "collision"),
             head = collides >= 0 ? collides : find_line(mutant.lines, "flat");
  if (head < 0 || static_cast<std::size_t>(head) + 2 >= mutant.lines.size()) return false;
  std::string &x = mutant.lines[static_cast<std::size_t>(head) + 1],
              &y = mutant.lines[static_cast<std::size_t>(head) + 2];
  const std::string before = x + y;
  std::string& point = chance(2) ? x : y;
  if (chance(6)) {
    x.swap(y);
    std::swap(x[0], y[0]);
  } else if (chance(6)) {
    x = 'x' + y.substr(1);
  } else if (chance(4)) {
    for (std::string* const line : {&x, &y}) {  // halfway towards the origin: another collision if it is a cone's tip
      std::vector<std::string> words = words_of(*line);
      try {
        for (std::size_t i = 1; i < words.size(); ++i)
          words[i] = proof_number(words[i]).times_power_of_two(-1).canonical();
      } catch (const std::exception&) {
        return false;
      }
      *line = joined_words(words);
    }
  } else {
    vary_in(point, mutant.lines, chance(2));
  }
  return x + y != before;
}

bool Mutator::weights(Mutant& mutant) {
  const std::string& before = mutant.weights.empty() ? pool_.subjects[mutant.subject].weights : mutant.weights;
  Lines lines = lines_of(before);
  const long network = find_line(mutant.lines, "network");
  const std::size_t i = below(lines.size()), j = below(lines.size());
  const auto is_row = [&](std::size_t k) { return lines[k].rfind("relu", 0) == 0 || lines[k].rfind("output", 0) == 0; };
  if (network < 0 || !is_row(i)) return false;
  std::vector<std::string> words = words_of(lines[i]);
  switch (below(12)) {
    case 0:
      if (is_row(j)) std::swap(lines[i], lines[j]);
      break;
    case 1:
      replace(lines, i, i, {lines[i]});
      break;
    case 2:
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(below(words.size())));
      lines[i] = joined_words(words);
      break;
    case 3:
    case 4: {
      const std::size_t k = 1 + below(words.size() - 1);  // the coefficient, not the variable
      const std::size_t number = words[k].find(':') + 1;
      words[k] = words[k].substr(0, number) + one_ulp(words[k].substr(number));
      lines[i] = joined_words(words);
      break;
    }
    default:
      vary_in(lines[i], lines, chance(2));
      break;
  }
  const std::string after = joined(lines);
  if (after == before) return false;
  mutant.weights = after;
  mutant.lines[static_cast<std::size_t>(network)] = "network " + network_hash(after);
  return true;
}

}  // namespace foldproof::testing
