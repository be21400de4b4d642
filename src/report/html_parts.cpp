#include "report/html_parts.h"

#include <fmt/format.h>

#include "report/words.h"

namespace foldproof {

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string script_safe(const std::string& json) {
  std::string out;
  for (const char c : json) c == '<' ? out += "\\u003c" : out += c;
  return out;
}

std::string fill(std::string_view page, const std::vector<std::pair<std::string_view, std::string>>& parts) {
  std::string out;
  while (true) {
    const std::size_t open = page.find("{{");
    out += page.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = page.find("}}", open);
    const std::string_view name = page.substr(open + 2, close - open - 2);
    for (const auto& [key, text] : parts) {
      if (key == name) out += text;
    }
    page.remove_prefix(close + 2);
  }
}

std::string shown(const Json& value) {
  if (value.is_null()) return "none";
  if (value.is_string()) return value.get<std::string>();
  std::string text = json_text(value);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string row(const std::string& name, const std::string& value_html) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value_html);
}

std::string list_text(const Json& values) {
  std::string text;
  for (const Json& value : values) text += (text.empty() ? "" : ", ") + shown(value);
  return text;
}

std::string file_row(const Json& network) {
  const std::string hash = shown(network.at("sha256"));
  return hash.empty() ? "" : row("SHA-256 as ONNX", fmt::format("<code>{}</code>", escape(hash)));
}

std::string run_rows(const Json& record) {
  const Json &network = record.at("network"), &effort = record.at("effort");
  std::string html;
  html += row("Network", escape(shown(network.at("file"))));
  html += file_row(network);
  html += row("Size", escape(fmt::format("{} inputs, {} outputs, {} ReLU neurons", shown(network.at("inputs")),
                                         shown(network.at("outputs")), shown(network.at("neurons")))));
  for (const auto& [index, value] : network.at("fixed").items()) {
    html += row("Fixed", escape(fmt::format("input {} = {}", index, shown(value))));
  }
  if (!effort.at("seconds").is_null()) {
    const std::uint64_t threads = effort.at("threads");
    html += row("Time",
                fmt::format("{} on {} thread{}", seconds_text(effort.at("seconds")), threads, threads == 1 ? "" : "s"));
  }
  const Json& proof = record.at("proof");
  if (proof.at("checked") == true) {
    html += row("Proof", escape(fmt::format("accepted by the checker in {}: {} leaves, {} pairs, {} bytes{}",
                                            seconds_text(proof.at("check_seconds")), count_text(proof.at("leaves")),
                                            count_text(proof.at("pairs")), count_text(proof.at("bytes")),
                                            proof.at("file").is_null() ? "" : ", in " + shown(proof.at("file")))));
    html += row("Network hash, its name in proofs",
                fmt::format("<code>{}</code>", escape(shown(proof.at("network_sha256")))));
  }
  html += row("Effort", fmt::format("{} regions, {} pairs, {} slope nodes", count_text(effort.at("regions_tested")),
                                    count_text(effort.at("pairs_tested")), count_text(effort.at("slope_nodes"))));
  return html;
}

}  // namespace foldproof
