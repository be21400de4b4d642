// Claim: rewrite() returns the same function (where `inactive` neurons are <= 0), for any input.
// Proof: z = ρ z' gives relu(z) = ρ relu(z') for ρ > 0 and, from relu(t) - relu(-t) = t, relu(z) = z + |ρ| relu(z') for
// ρ < 0. By induction over the file's order every variable equals the row it is replaced by.
#include "weights.h"

#include <openssl/sha.h>

#include <iterator>

namespace foldproof_check {

std::string sha256(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string hex;
  for (const unsigned char byte : digest) hex += {"0123456789abcdef"[byte >> 4U], "0123456789abcdef"[byte & 15U]};
  return hex;
}

std::string network_hash(std::string bytes) {
  const std::size_t source = bytes.find('\n') + 1;
  return sha256(bytes.erase(source, bytes.find('\n', source) + 1 - source));
}

Weights read_weights(std::string_view bytes) {
  Weights weights;
  int number = 0;
  Words words;
  const auto next = [&] {
    ++number;
    const std::size_t end = bytes.find('\n');
    require(end != std::string_view::npos, "the file is cut off: this line does not end with a line feed");
    words = split(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
    return words.front();
  };
  // A number m or mbe with m odd, or a fraction in lowest terms whose denominator is no power of two.
  const auto canonical = [](std::string_view text) {
    Rational x = exact(text);
    const std::size_t end = std::min(text.find('b'), text.size());
    const bool odd = text[end - 1] % 2 != 0 && text.substr(end) != "b0" && text.find('/') == std::string_view::npos;
    require(odd || text == "0" || (mpz_popcount(x.get_den_mpz_t()) != 1 && x.get_str() == text),
            "a number is not in its canonical form");
    return x;
  };
  const auto list = [&](std::size_t first, char mark, int count) {
    std::vector<std::pair<int, Rational>> result;
    for (std::size_t i = first; i < words.size(); ++i) {
      const std::size_t end = std::min(words[i].find(mark), words[i].size() - 1);
      const int index = index_below(words[i].substr(0, end), count);
      require(result.empty() || index > result.back().first, "variables and fixed inputs must ascend");
      result.emplace_back(index, canonical(words[i].substr(end + 1)));
      require(mark == '=' || result.back().second != 0, "a coefficient is zero");
    }
    return result;
  };
  const auto row = [&] {
    require(words.size() >= 2, "a row without a constant");
    return Row{canonical(words[1]), list(2, ':', weights.n + static_cast<int>(weights.neurons.size()))};
  };
  try {
    require(next() == "foldproof-network" && words == Words{words[0], "1"}, "this is no weights file of format 1");
    require(next() == "source" && words.size() == 2, "expected 'source' and one word");  // not in the network's hash
    require(words[1] == "-" || (words[1].size() == 64 && words[1].find_first_not_of("0123456789abcdef") > 64),
            "a source is a SHA-256 in lower-case hex, or -");
    require(next() == "fixed", "expected 'fixed'");
    list(1, '=', 1000000000);  // indices have at most nine digits
    require(next() == "kept", "expected 'kept'");
    for (std::size_t i = 1; i < words.size(); ++i) index_below(words[i], 1000000000);
    const std::size_t kept = words.size() - 1;
    require(next() == "inputs" && words.size() == 2, "expected 'inputs' and their number");
    weights.n = index_below(words[1], 1 << 20);
    while (next() == "relu") weights.neurons.push_back(row());
    for (; words.front() == "output"; next()) weights.outputs.push_back(row());
    require(words.front() == "end" && words.size() == 1 && bytes.empty(), "expected 'relu', 'output', or a last 'end'");
    require(weights.n > 0 && kept > 0 && kept == weights.outputs.size(), "inputs, and as many outputs as are kept");
  } catch (const Rejected& reason) {
    throw Unusable("the weights file, line " + std::to_string(number) + ": " + reason.what());
  }
  return weights;
}

namespace {

void keep_needed(Rewritten& network) {
  std::vector<char> needed(network.neurons.size(), 0);
  const auto mark = [&](const Row& row) {
    for (const auto& term : row.terms) {
      if (term.first >= network.n) needed[at(term.first - network.n)] = 1;
    }
  };
  std::for_each(network.outputs.begin(), network.outputs.end(), mark);
  for (std::size_t p = network.kept.size(); p-- > 0;) {
    if (needed[at(network.kept[p])]) mark(network.neurons[at(network.kept[p])]);
  }
  std::erase_if(network.kept, [&](int j) { return needed[at(j)] == 0; });
}

}  // namespace

Rewritten first_outputs(const Rewritten& network, int count) {
  Rewritten result = network;
  result.outputs.resize(at(count));
  keep_needed(result);
  return result;
}

Weights joint(Weights a, Weights b) {
  const int first = static_cast<int>(a.neurons.size());
  for (auto [from, to] : {std::pair(&b.neurons, &a.neurons), std::pair(&b.outputs, &a.outputs)}) {
    for (Row& row : *from) {
      for (auto& term : row.terms) term.first += term.first < a.n ? 0 : first;
      to->push_back(std::move(row));
    }
  }
  return a;
}

Rewritten rewrite(const Weights& weights, const std::vector<char>& inactive) {
  const int n = weights.n;
  const std::size_t count = weights.neurons.size();
  Rewritten result{{n, std::vector<Row>(count), {}}, {}};
  std::vector<Row> value(count);  // what each neuron's output was rewritten to
  std::vector<char> own(count, 0);
  std::vector<double> quotient(count);  // equal for parallel rows; a quick filter
  const auto replaced = [&](const Row& row) {
    if (std::ranges::all_of(row.terms, [&](const auto& t) { return t.first < n || own[at(t.first - n)]; })) return row;
    std::map<int, Rational> sum;
    Row rewritten{row.constant, {}};
    for (const auto& [variable, coefficient] : row.terms) {
      if (variable < n) {
        sum[variable] += coefficient;
        continue;
      }
      rewritten.constant += coefficient * value[at(variable - n)].constant;
      for (const auto& [v, c] : value[at(variable - n)].terms) sum[v] += coefficient * c;
    }
    std::erase_if(sum, [](const auto& term) { return term.second == 0; });
    rewritten.terms.assign(sum.begin(), sum.end());
    return rewritten;
  };
  const auto ratio = [](const Row& a, const Row& b) -> Rational {  // rho with a = rho b, or 0
    const Rational rho = a.terms.front().second / b.terms.front().second;
    bool equal = a.constant == rho * b.constant;
    for (std::size_t i = 0; i < a.terms.size() && equal; ++i) {
      equal = a.terms[i].first == b.terms[i].first && a.terms[i].second == rho * b.terms[i].second;
    }
    return equal ? rho : Rational(0);
  };
  std::vector<int> hinges;
  for (std::size_t j = 0; j < count; ++j) {
    Row row = replaced(weights.neurons[j]);
    if (row.terms.empty()) {
      value[j].constant = row.constant > 0 ? row.constant : Rational(0);
      continue;
    }
    quotient[j] =
        Rational((row.terms.size() > 1 ? row.terms[1].second : row.constant) / row.terms.front().second).get_d();
    Rational rho(0);
    int i = -1;
    for (std::size_t h = 0; h < hinges.size() && rho == 0; ++h) {
      i = hinges[h];
      const Row& hinge = result.neurons[at(i)];
      if (quotient[j] == quotient[at(i)] && hinge.terms.size() == row.terms.size()) rho = ratio(row, hinge);
    }
    if (rho == 0) {
      hinges.push_back(static_cast<int>(j));
      result.neurons[j] = std::move(row);
      own[j] = !inactive[j];
      if (own[j]) value[j].terms.emplace_back(n + static_cast<int>(j), 1);
    } else if (!inactive[j]) {
      if (rho < 0) value[j] = std::move(row);
      if (!inactive[at(i)]) value[j].terms.emplace_back(n + i, abs(rho));  // the row's terms come before it
    }
  }
  for (const Row& row : weights.outputs) result.outputs.push_back(replaced(row));
  result.kept = std::move(hinges);
  keep_needed(result);
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
      for (std::size_t i = 0; i <= at(n); ++i) {
        const Rational& entry = neurons[at(variable - n)][i];
        if (entry != 0) result[i] += coefficient * entry;
      }
    }
  }
  return result;
}

std::vector<int> pivots(std::vector<Affine> rows, int columns) {
  std::vector<int> result;
  for (std::size_t c = 0; c < at(columns); ++c) {
    const std::size_t found = result.size();
    std::size_t pivot = found;
    while (pivot < rows.size() && rows[pivot][c] == 0) ++pivot;
    if (pivot == rows.size()) continue;
    std::swap(rows[pivot], rows[found]);
    for (std::size_t i = found + 1; i < rows.size(); ++i) {
      const Rational factor = rows[i][c] / rows[found][c];
      if (factor == 0) continue;
      for (std::size_t j = c; j < at(columns); ++j) rows[i][j] -= factor * rows[found][j];
    }
    result.push_back(static_cast<int>(c));
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
