// A file that is either written completely or left as it was.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace foldproof::cli {

class OutputFile {
 public:
  /// Makes sure now that the file can be written later. `option` is named in errors. @throws InputError
  OutputFile(std::string option, std::string path);

  /// Writes beside the target and renames; pipes and devices are written directly. @throws InputError
  void write(std::string_view content) const;

 private:
  [[noreturn]] void refuse(int error) const;
  void store(const std::string& path, int flags, std::string_view content) const;

  std::string option_;
  std::string path_;    // as the user named it
  std::string target_;  // behind symbolic links
  std::string beside_;  // temporary name in the target's folder; empty for pipes and devices
};

/// Writes text to standard output or standard error at once. @throws InputError
void print(std::FILE* stream, const std::string& text);

}  // namespace foldproof::cli
