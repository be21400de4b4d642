// The lines of a proof file, one at a time: gzip or plain text, memory for one line only.
#pragma once

#include <zlib.h>

#include "number.h"

namespace foldproof_check {

class Lines {
 public:
  /// @throws Unusable if the file cannot be read.
  explicit Lines(const std::string& path);
  ~Lines() { gzclose(file_); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  /// The words of the next line, valid until the next call. @throws Unusable at the end of the file or where gzip finds
  /// damage, Rejected for a line that is no list of words.
  const Words& next();
  long number() const { return number_; }
  bool at_end();

 private:
  bool fill();

  gzFile file_;
  std::string buffer_;
  std::size_t begin_ = 0;
  Words words_;
  long number_ = 0;
};

}  // namespace foldproof_check
