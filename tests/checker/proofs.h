// Proofs to be mutated: made when the tests run, by the library, for small networks whose truth brute force decides.
// Some are rewritten by hand so that every kind of section and node occurs: exact cells, monotone covers.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "foldproof/foldproof.h"
#include "judge.h"
#include "proof_text.h"

namespace foldproof::testing {

/// A file without a name that the checker reads by its path.
class MemoryFile {
 public:
  MemoryFile();
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  const std::string& holding(std::string_view bytes);  ///< its path, with this content

 private:
  int descriptor_;
  std::string path_;
};

struct Subject {
  std::string weights, hash, second;  ///< the second weights file of factor proofs
  int inputs = 0;
  std::unique_ptr<Judge> judge;
};

struct Proof {
  std::string name;
  std::size_t subject;
  Lines lines;
};

/// A chain of layers {"W": ..., "b": ...} with all its neurons, parallel ones too, as a file would give it.
Model as_read_model(const nlohmann::json& layers);

struct Pool {
  std::vector<Subject> subjects;
  std::vector<Proof> proofs;
  std::size_t often = 0;  ///< the first ones, to be mutated more often than the others, by hand for old rules
};

/// The pool. Every proof that the library made is accepted and true (checked with EXPECT); proofs by hand that must be
/// refused are there too, as false claims that need only one more error.
Pool make_pool();

}  // namespace foldproof::testing
