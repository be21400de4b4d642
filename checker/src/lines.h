// The lines of a proof file, one at a time: gzip or plain text, memory for one line only.
#pragma once

#include <zlib.h>

#include <cstring>

#include "number.h"

namespace foldproof_check {

class Lines {
 public:
  /// @throws Unusable if the file cannot be read.
  explicit Lines(const std::string& path) : file_(gzopen(path.c_str(), "rb")) {
    if (file_ == nullptr) throw Unusable("'" + path + "' cannot be read");
  }
  ~Lines() { gzclose(file_); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  /// The words of the next line, valid until the next call; no words at the end of the file.
  /// @throws Unusable where the file is cut off or damaged, Rejected for a line that is no list of words.
  const Words& next() {
    constexpr std::size_t longest = 1UL << 28U;
    line_.clear();
    words_.clear();
    while (line_.empty() || line_.back() != '\n') {
      char part[1 << 14];
      if (line_.size() > longest) throw Unusable("line " + std::to_string(number_ + 1) + " is too long");
      if (gzgets(file_, part, sizeof part) == nullptr) {
        int state = Z_OK;
        if (gzerror(file_, &state); state != Z_OK || !line_.empty()) {
          throw Unusable(number_ == 0 ? "this is not a proof file" : "the proof file is cut off or damaged");
        }
        return words_;
      }
      line_ += part;
      if ((line_.empty() || line_.back() != '\n') && std::strlen(part) + 1 < sizeof part && gzeof(file_) == 0) {
        throw Rejected("syntax: a line holds a NUL");
      }
    }
    line_.pop_back();
    ++number_;
    return words_ = split(line_);
  }
  long number() const { return number_; }

 private:
  gzFile file_;
  std::string line_;
  Words words_;
  long number_ = 0;
};

}  // namespace foldproof_check
