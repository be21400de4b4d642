#include "lines.h"

namespace foldproof_check {

namespace {

constexpr std::size_t longest_line = 1UL << 28U;

}  // namespace

Lines::Lines(const std::string& path) : file_(gzopen(path.c_str(), "rb")) {
  if (file_ == nullptr) throw Unusable("'" + path + "' cannot be read");
}

bool Lines::fill() {
  constexpr std::size_t chunk = 1U << 16U;
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t before = buffer_.size();
  if (before > longest_line) throw Unusable("line " + std::to_string(number_ + 1) + " is too long");
  buffer_.resize(before + chunk);
  const int got = gzread(file_, buffer_.data() + before, chunk);
  buffer_.resize(before + static_cast<std::size_t>(std::max(got, 0)));
  int state = Z_OK;
  if (gzerror(file_, &state); got < 0 || (state != Z_OK && state != Z_STREAM_END)) {
    throw Unusable("the proof file is truncated or damaged (gzip) after line " + std::to_string(number_));
  }
  return got > 0;
}

const Words& Lines::next() {
  std::size_t searched = begin_;
  std::size_t end = buffer_.find('\n', searched);
  while (end == std::string::npos) {
    searched = buffer_.size() - begin_;
    if (!fill()) throw Unusable("the proof file is truncated: it ends after line " + std::to_string(number_) + " without an 'end' line");
    end = buffer_.find('\n', searched);
  }
  const std::string_view line(buffer_.data() + begin_, end - begin_);
  begin_ = end + 1;
  ++number_;
  words_ = split(line);
  return words_;
}

bool Lines::at_end() { return begin_ == buffer_.size() && !fill(); }

}  // namespace foldproof_check
