#include "proof_text.h"

#include <zlib.h>

#include <algorithm>
#include <iterator>
#include <sstream>

namespace foldproof::testing {

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string unpacked(const std::string& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  std::string text;
  char chunk[4096];
  for (int got = 0; (got = gzread(file, chunk, sizeof chunk)) > 0;) text.append(chunk, static_cast<std::size_t>(got));
  gzclose(file);
  return text;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  return std::vector<std::string>(std::istream_iterator<std::string>(in), {});
}

std::string first_word(const std::string& line) { return line.substr(0, line.find(' ')); }

std::string joined_words(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::vector<std::pair<std::size_t, std::size_t>> numbers_in(const std::string& line) {
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  if (line.rfind("network", 0) == 0 || line.rfind("second", 0) == 0) return spans;
  const auto digit = [&](std::size_t i) { return i < line.size() && line[i] >= '0' && line[i] <= '9'; };
  for (std::size_t i = 1; i < line.size(); ++i) {
    const bool starts = digit(i) || (line[i] == '-' && digit(i + 1));
    if (!starts || std::string(" :,;sx.ef").find(line[i - 1]) == std::string::npos) continue;
    const std::size_t end = std::min(line.find_first_not_of("0123456789b/-", i), line.size());
    spans.emplace_back(i, end - i);
    i = end;
  }
  return spans;
}

std::vector<Section> sections_of(const Lines& lines) {
  std::vector<Section> sections;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string word = first_word(lines[i]);
    static const std::string names[] = {"cover", "boundary", "collision", "value", "point", "flat"};
    const bool begins = std::count(std::begin(names), std::end(names), word) > 0 || lines[i].rfind("pairs ", 0) == 0;
    if (!sections.empty() && sections.back().end == 0 && (begins || word == "end")) sections.back().end = i;
    if (begins) sections.push_back({i, 0});
  }
  if (!sections.empty() && sections.back().end == 0) sections.back().end = lines.size();
  return sections;
}

Part part_of(const Lines& lines, std::size_t i) {
  for (std::size_t k = std::min(i, lines.size() - 1) + 1; k-- > 0;) {
    const std::string word = first_word(lines[k]);
    if (word == "cover") return Part::cover;
    if (word == "patches") return Part::patches;
    if (word == "pairs") return Part::pairs;
    if (word == "collision" || word == "value" || word == "point" || word == "flat") return Part::points;
    if (word == "inactive" || word == "end") break;
  }
  return Part::header;
}

bool is_node(const Lines& lines, std::size_t i) {
  static const std::string letters[] = {"", "slcovftk?+-b", "s.o", "idmftxyoe", ""};
  const std::string word = first_word(lines[i]);
  if (word.size() != 1) return false;
  return letters[static_cast<std::size_t>(part_of(lines, i))].find(word) != std::string::npos;
}

std::size_t tree_end(const Lines& lines, std::size_t i) {
  for (std::size_t wanted = 1; wanted > 0 && i < lines.size(); ++i) {
    const std::string word = first_word(lines[i]);
    wanted += word == "d" ? 3U : word == "s" || word == "x" || word == "y" ? 2U : 0U;
    --wanted;
  }
  return i;
}

void replace(Lines& lines, std::size_t begin, std::size_t end, const Lines& by) {
  const auto at = [&](std::size_t i) { return lines.begin() + static_cast<std::ptrdiff_t>(i); };
  lines.insert(lines.erase(at(begin), at(end)), by.begin(), by.end());
}

Lines slice(const Lines& lines, std::size_t begin, std::size_t end) {
  return {lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.begin() + static_cast<std::ptrdiff_t>(end)};
}

long find_line(const Lines& lines, const std::string& word) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (first_word(lines[i]) == word) return static_cast<long>(i);
  }
  return -1;
}

std::string packed(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

std::string difference(const Lines& before, const Lines& after) {
  std::size_t head = 0, tail = 0;
  const std::size_t shorter = std::min(before.size(), after.size());
  while (head < shorter && before[head] == after[head]) ++head;
  while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  std::string text;
  for (std::size_t i = head; i < before.size() - tail; ++i) text += std::to_string(i + 1) + ": - " + before[i] + '\n';
  for (std::size_t i = head; i < after.size() - tail; ++i) text += std::to_string(i + 1) + ": + " + after[i] + '\n';
  return text;
}

}  // namespace foldproof::testing
