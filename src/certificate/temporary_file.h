// A file that is gone when its object is.
#pragma once

#include <string>

namespace foldproof {

class TemporaryFile {
 public:
  /// A path in the folder for temporary files; nothing is made there yet.
  explicit TemporaryFile(const char* ending);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }
  /// @throws InputError if it cannot be written.
  void write(const std::string& text) const;

 private:
  std::string path_;
};

}  // namespace foldproof
