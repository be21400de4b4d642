// The text of a proof as its corruptions see it: lines, sections, trees, numbers. It is read loosely: after a first
// corruption anything may stand anywhere.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace foldproof::testing {

using Lines = std::vector<std::string>;

std::string joined(const Lines& lines);
Lines lines_of(const std::string& text);
std::vector<std::string> words_of(const std::string& line);
std::string first_word(const std::string& line);
std::string joined_words(const std::vector<std::string>& words);

/// Places of the numbers of a line: (begin, length). Neurons, axes and multipliers are among them, hashes are not.
std::vector<std::pair<std::size_t, std::size_t>> numbers_in(const std::string& line);

struct Section {
  std::size_t begin, end;
};
std::vector<Section> sections_of(const Lines& lines);

enum class Part { header, cover, patches, pairs, points };
Part part_of(const Lines& lines, std::size_t i);
/// Line i is a node of a tree.
bool is_node(const Lines& lines, std::size_t i);
/// One past the last line of the tree that begins at line i.
std::size_t tree_end(const Lines& lines, std::size_t i);

Lines slice(const Lines& lines, std::size_t begin, std::size_t end);
void replace(Lines& lines, std::size_t begin, std::size_t end, const Lines& by);
/// The first line that begins with this word; -1 if there is none.
long find_line(const Lines& lines, const std::string& word);

/// The lines in which two texts differ, after what they share at both ends.
std::string difference(const Lines& before, const Lines& after);

/// Compressed by gzip, and the text of a gzip file.
std::string packed(const std::string& text);
std::string unpacked(const std::string& path);

}  // namespace foldproof::testing
