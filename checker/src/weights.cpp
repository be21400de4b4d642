// Claim: rewrite() returns the same function (where `inactive` neurons are <= 0), for any input.
// Proof: z = ρ z' gives relu(z) = ρ relu(z') for ρ > 0 and, from relu(t) - relu(-t) = t, relu(z) = z + |ρ| relu(z') for
// ρ < 0. By induction over the file's order every variable equals the row it is replaced by.
#include "weights.h"

#include <openssl/sha.h>

namespace foldproof_check {

std::string sha256(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string hex;
  for (const unsigned char byte : digest) hex += {"0123456789abcdef"[byte >> 4U], "0123456789abcdef"[byte & 15U]};
  return hex;
}

Weights read_weights(std::string_view bytes) {
  Weights weights;
  int number = 0;
  Words words;
  const auto next = [&] {
    ++number;
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) throw Rejected("the file is truncated");
    words = split(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
    return words.front();
  };
  const auto row = [&] {
    Row result;
    if (words.size() < 2) throw Rejected("a row without a constant");
    result.constant = exact(words[1]);
    const int variables = weights.n + static_cast<int>(weights.neurons.size());
    for (std::size_t i = 2; i < words.size(); ++i) {
      const std::size_t colon = words[i].find(':');
      if (colon == std::string_view::npos) throw Rejected("a term is variable:coefficient");
      const int variable = index_below(words[i].substr(0, colon), variables);
      if (!result.terms.empty() && variable <= result.terms.back().first) throw Rejected("terms must ascend by variable");
      result.terms.emplace_back(variable, exact(words[i].substr(colon + 1)));
      if (result.terms.back().second == 0) throw Rejected("a coefficient is zero");
    }
    return result;
  };
  try {
    if (next() != "foldproof-network" || words.size() != 2) throw Rejected("this is not a weights file");
    if (words[1] != "1") throw Rejected("this is format " + std::string(words[1]) + ", and this checker reads format 1");
    for (const char* name : {"source", "fixed", "kept"}) {
      if (next() != name) throw Rejected("expected '" + std::string(name) + "'");
    }
    if (next() != "inputs" || words.size() != 2) throw Rejected("expected 'inputs' and their number");
    weights.n = index_below(words[1], 1 << 20);
    while (next() == "relu") weights.neurons.push_back(row());
    for (; words.front() == "output"; next()) weights.outputs.push_back(row());
    if (words.front() != "end" || words.size() != 1) throw Rejected("expected 'relu', 'output' or 'end'");
    if (!bytes.empty()) throw Rejected("something follows the last line");
    if (weights.n == 0 || weights.outputs.empty()) throw Rejected("a network has inputs and outputs");
  } catch (const Rejected& reason) {
    throw Unusable("the weights file, line " + std::to_string(number) + ": " + reason.what());
  }
  return weights;
}

Rewritten rewrite(const Weights& weights, const std::vector<char>& inactive) {
  const int n = weights.n;
  Rewritten result;
  result.n = n;
  result.neurons.resize(weights.neurons.size());
  std::vector<Row> value(weights.neurons.size());       // what each neuron's output was rewritten to
  std::vector<char> itself(weights.neurons.size(), 0);  // it is its own variable
  const auto replaced = [&](const Row& row) {
    const auto same = [&](const auto& term) { return term.first < n || itself[at(term.first - n)] != 0; };
    if (std::all_of(row.terms.begin(), row.terms.end(), same)) return row;
    std::map<int, Rational> sum;
    Row rewritten{row.constant, {}};
    for (const auto& [variable, coefficient] : row.terms) {
      if (same(std::pair(variable, 0))) {
        sum[variable] += coefficient;
        continue;
      }
      const Row& source = value[at(variable - n)];
      rewritten.constant += coefficient * source.constant;
      for (const auto& [v, c] : source.terms) sum[v] += coefficient * c;
    }
    for (auto& term : sum) {
      if (term.second != 0) rewritten.terms.emplace_back(term.first, std::move(term.second));
    }
    return rewritten;
  };
  // z = ρ z' requires equal variables and equal quotients of two coefficients: the doubles of these are a quick filter.
  std::multimap<std::tuple<std::size_t, int, double>, int> hinges;
  std::vector<int> kept;
  for (std::size_t j = 0; j < weights.neurons.size(); ++j) {
    Row row = replaced(weights.neurons[j]);
    if (row.terms.empty()) {
      value[j].constant = row.constant > 0 ? row.constant : Rational(0);
      continue;
    }
    const Rational& first = row.terms.front().second;
    const Rational quotient = (row.terms.size() > 1 ? row.terms[1].second : row.constant) / first;
    const std::tuple key(row.terms.size(), row.terms.front().first, quotient.get_d());
    int parallel = -1;
    Rational rho;
    for (auto [it, end] = hinges.equal_range(key); it != end && parallel < 0; ++it) {
      const Row& other = result.neurons[at(it->second)];
      rho = first / other.terms.front().second;
      bool equal = row.constant == rho * other.constant;
      for (std::size_t i = 0; i < row.terms.size() && equal; ++i) {
        equal = row.terms[i].first == other.terms[i].first && row.terms[i].second == rho * other.terms[i].second;
      }
      if (equal) parallel = it->second;
    }
    if (parallel < 0) {
      hinges.emplace(key, static_cast<int>(j));
      kept.push_back(static_cast<int>(j));
      result.neurons[j] = std::move(row);
      if (!inactive[j]) itself[j] = 1;  // else its output stays the empty row, 0
      continue;
    }
    if (inactive[j]) continue;
    if (rho < 0) value[j] = std::move(row);
    if (!inactive[at(parallel)]) value[j].terms.emplace_back(n + parallel, abs(rho));  // the row's terms come before it
  }
  for (const Row& row : weights.outputs) result.outputs.push_back(replaced(row));
  std::vector<char> needed(weights.neurons.size(), 0);
  const auto mark = [&](const Row& row) {
    for (const auto& term : row.terms) {
      if (term.first >= n) needed[at(term.first - n)] = 1;
    }
  };
  for (const Row& row : result.outputs) mark(row);
  for (std::size_t j = weights.neurons.size(); j-- > 0;) {
    if (needed[j]) mark(result.neurons[j]);
  }
  for (const int j : kept) {
    if (needed[at(j)]) {
      result.kept.push_back(j);
    } else {
      result.neurons[at(j)] = {};
    }
  }
  return result;
}

Values evaluate(const Weights& weights, const std::vector<Rational>& x) {
  std::vector<Rational> variable = x;
  Values values;
  const auto value = [&](const Row& row) {
    Rational sum = row.constant;
    for (const auto& [v, coefficient] : row.terms) {
      if (variable[at(v)] != 0) sum += coefficient * variable[at(v)];
    }
    return sum;
  };
  for (const Row& row : weights.neurons) {
    values.neurons.push_back(value(row));
    variable.push_back(values.neurons.back() > 0 ? values.neurons.back() : Rational(0));
  }
  for (const Row& row : weights.outputs) values.outputs.push_back(value(row));
  return values;
}

Affine on_piece(const Row& row, int n, const std::vector<char>& active, const std::vector<Affine>& neurons) {
  Affine result(at(n) + 1);
  result[at(n)] = row.constant;
  for (const auto& [variable, coefficient] : row.terms) {
    if (variable < n) {
      result[at(variable)] += coefficient;
    } else if (active[at(variable - n)]) {
      for (std::size_t i = 0; i <= at(n); ++i) result[i] += coefficient * neurons[at(variable - n)][i];
    }
  }
  return result;
}

int determinant_sign(std::vector<Affine> rows, int n) {
  int sign = 1;
  for (std::size_t c = 0; c < at(n); ++c) {
    std::size_t pivot = c;
    while (pivot < at(n) && rows[pivot][c] == 0) ++pivot;
    if (pivot == at(n)) return 0;
    if (pivot != c) {
      std::swap(rows[pivot], rows[c]);
      sign = -sign;
    }
    sign *= sgn(rows[c][c]);
    for (std::size_t i = c + 1; i < at(n); ++i) {
      const Rational factor = rows[i][c] / rows[c][c];
      for (std::size_t j = c; j < at(n); ++j) rows[i][j] -= factor * rows[c][j];
    }
  }
  return sign;
}

}  // namespace foldproof_check
