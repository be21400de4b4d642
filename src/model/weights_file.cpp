#include "model/weights_file.h"

#include "model/sha256.h"

namespace foldproof {

namespace {

void append(std::string& text, const char* name, const AffineRow& row) {
  text += name;
  text += ' ';
  text += row.constant.canonical();
  for (const Term& term : row.terms) {
    text += ' ';
    text += std::to_string(term.variable);
    text += ':';
    text += term.coefficient.canonical();
  }
  text += '\n';
}

}  // namespace

std::string weights_text(const Network& as_read) {
  const Provenance& from = as_read.from;
  std::string text =
      "foldproof-network 1\nsource " + (from.sha256.empty() ? std::string("-") : from.sha256) + "\nfixed";
  for (const auto& [input, value] : from.fixed) text += ' ' + std::to_string(input) + '=' + value.canonical();
  text += "\nkept";
  for (int o = 0; o < as_read.output_count(); ++o) {
    text += ' ' + std::to_string(from.outputs_kept.empty() ? o : from.outputs_kept[static_cast<std::size_t>(o)]);
  }
  text += "\ninputs " + std::to_string(as_read.inputs) + '\n';
  for (const AffineRow& row : as_read.neurons) append(text, "relu", row);
  for (const AffineRow& row : as_read.outputs) append(text, "output", row);
  return text + "end\n";
}

std::string sha256_of(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.finish();
}

std::string network_hash(std::string_view weights) {
  const std::size_t source = weights.find('\n') + 1, after = weights.find('\n', source) + 1;
  Sha256 hash;
  hash.update(weights.substr(0, source));
  hash.update(weights.substr(after));
  return hash.finish();
}

}  // namespace foldproof
