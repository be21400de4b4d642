// A proof file while it is written (docs/certificate.md, section 3): lines, the header, compression.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "question/problem.h"

namespace foldproof {

/// What a proof is about, besides the problem itself.
struct ProofSubject {
  std::string network_sha256;
  std::string question;       // "radius", "injective", ...
  std::vector<int> inactive;  // neurons of the network as read that presolve replaced by 0
  std::string norm = "linf";
  std::vector<Rational> scale = {};  // empty: none
  std::string second_sha256 = {};    // of B's weights file; empty: only one network
};

struct ProofSize {
  std::uint64_t bytes = 0, leaves = 0, pairs = 0;  // leaves of covers, settled pairs
};

class ProofFile {
 public:
  /// `path` appears only when finish() is called. @throws InputError if the file cannot be written.
  explicit ProofFile(const std::string& path);
  ~ProofFile();
  ProofFile(const ProofFile&) = delete;
  ProofFile& operator=(const ProofFile&) = delete;

  /// The number of the line that comes next, from 1.
  std::uint64_t next_line() const { return next_line_; }
  /// One line, or several with line feeds between them.
  void line(const std::string& text);
  /// The name, and each number of the point in canonical form.
  void point(const char* name, const std::vector<Rational>& x);
  /// All lines before the sections.
  void header(const ProofSubject& subject, const Problem& problem, double ball);
  ProofSize finish();

  ProofSize size;

 private:
  [[noreturn]] void fail() const;
  void flush();

  std::string path_, part_;
  gzFile file_;
  std::string buffer_;
  std::uint64_t next_line_ = 1;
};

/// The lines of a header that say what is asked, as a checker repeats them: from `network` to `domain`.
std::string question_lines(const ProofSubject& subject, const std::vector<Rational>& center,
                           const std::vector<std::pair<Rational, Rational>>& domain);

}  // namespace foldproof
