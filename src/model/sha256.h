// SHA-256 of the files a network was read from, so that a result names exactly what it speaks of.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace foldproof {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);
  /// Lower-case hex of everything so far; the object may not be used afterwards.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace foldproof
