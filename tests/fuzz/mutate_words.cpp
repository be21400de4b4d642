// For libFuzzer: half of all mutations work on the words and lines of a text, the others on its bytes.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using Pieces = std::vector<std::string>;

Pieces split(std::string_view text, char mark) {
  Pieces pieces;
  for (std::size_t end = text.find(mark); end != std::string_view::npos; end = text.find(mark)) {
    pieces.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (!text.empty() || pieces.empty()) pieces.emplace_back(text);
  return pieces;
}

std::string joined(const Pieces& pieces, char mark) {
  std::string text = pieces.front();
  for (std::size_t i = 1; i < pieces.size(); ++i) text += mark + pieces[i];
  return text;
}

class Mutation {
 public:
  explicit Mutation(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

  /// One piece dropped, doubled, moved, or changed.
  template <class Change>
  void change(Pieces& pieces, const Change& inner) {
    const std::size_t i = below(pieces.size()), j = below(pieces.size());
    const std::string other = pieces[j];
    switch (below(8)) {
      case 0:
        if (pieces.size() > 1) pieces.erase(pieces.begin() + static_cast<long>(i));
        break;
      case 1:
        pieces.insert(pieces.begin() + static_cast<long>(i), other);
        break;
      case 2:
        std::swap(pieces[i], pieces[j]);
        break;
      default:
        pieces[i] = inner(pieces[i], other);
    }
  }

  std::string word(const std::string& old, const std::string& other) {
    static const char* const words[] = {"0",
                                        "1",
                                        "-1",
                                        "2",
                                        "1b-1",
                                        "-1b-1",
                                        "1b-2",
                                        "3b-2",
                                        "1b20000",
                                        "-1b20000",
                                        "1b-20000",
                                        "1/3",
                                        "-1/3",
                                        "1b1023",
                                        "1b1024",
                                        "9007199254740991b971",
                                        "1b-1074",
                                        "1b-1075",
                                        "9007199254740993",
                                        "2b0",
                                        "0b1",
                                        "2/4",
                                        "1/1",
                                        "1/0",
                                        "none",
                                        "+",
                                        "-",
                                        "s",
                                        "l",
                                        "c",
                                        ".",
                                        "i",
                                        "d",
                                        "m",
                                        "f",
                                        "t",
                                        "x",
                                        "y",
                                        "s0",
                                        "s1",
                                        "s2",
                                        "x0:1",
                                        "x0:1,1:1",
                                        "x1:1b-1",
                                        "cover",
                                        "sign",
                                        "monotone",
                                        "matrix",
                                        "boundary",
                                        "patches",
                                        "pairs",
                                        "collision",
                                        "end",
                                        "lower",
                                        "local",
                                        "upper",
                                        "question",
                                        "radius",
                                        "injective",
                                        "norm",
                                        "linf",
                                        "center",
                                        "domain",
                                        "ball",
                                        "inactive",
                                        "proved",
                                        "refuted",
                                        "open",
                                        "pseudo",
                                        "factor",
                                        "preimages",
                                        "j0",
                                        "l1",
                                        "l2",
                                        "scale",
                                        "value",
                                        "point",
                                        "flat",
                                        "values",
                                        "points",
                                        "flats",
                                        "boxes",
                                        "width",
                                        "locus",
                                        "v",
                                        "t",
                                        "k",
                                        "?",
                                        "b",
                                        "o",
                                        "e",
                                        ".0",
                                        ".1",
                                        ".n",
                                        ".f0",
                                        ".e0:1",
                                        ".e0:-1;0:1",
                                        "foldproof-network",
                                        "source",
                                        "fixed",
                                        "kept",
                                        "inputs",
                                        "relu",
                                        "output",
                                        "0:1",
                                        "1:1",
                                        "2:-1",
                                        "-1:1"};
    const std::size_t mark = old.find_first_of(":b/=,");
    switch (below(6)) {
      case 0:
        return other;
      case 1:
        return !old.empty() && old[0] == '-' ? old.substr(1) : "-" + old;
      case 2:
        if (mark != std::string::npos) {  // another number behind the mark
          return old.substr(0, mark + 1) + (below(2) == 0 ? words[below(16)] : std::to_string(below(80)));
        }
        return old + "b-" + std::to_string(below(60));
      case 3:
        if (mark != std::string::npos) return std::to_string(below(9)) + old.substr(mark);
        return std::to_string(below(below(50) == 0 ? 3000000000 : 12));
      default:
        return words[below(std::size(words))];
    }
  }

 private:
  std::minstd_rand random_;
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  Mutation mutation(seed);
  if (size < 2 || mutation.below(3) == 0) return LLVMFuzzerMutate(data, size, max_size);
  Pieces lines = split({reinterpret_cast<const char*>(data), size}, '\n');
  for (std::size_t count = 1 + mutation.below(3); count > 0; --count) {
    mutation.change(lines, [&](const std::string& line, const std::string& other_line) {
      Pieces words = split(line, ' ');
      const Pieces others = split(other_line, ' ');
      mutation.change(words, [&](const std::string& word, const std::string&) {
        return mutation.word(word, others[mutation.below(others.size())]);
      });
      return joined(words, ' ');
    });
  }
  std::string text = joined(lines, '\n');
  if (mutation.below(30) != 0) text += '\n';
  text.resize(std::min(text.size(), max_size));
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
