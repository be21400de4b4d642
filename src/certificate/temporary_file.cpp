#include "certificate/temporary_file.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "foldproof/foldproof.h"

namespace foldproof {

TemporaryFile::TemporaryFile(const char* ending) {
  static std::atomic<unsigned> count{0};
  path_ = (std::filesystem::temp_directory_path() /
           ("foldproof-" + std::to_string(::getpid()) + '-' + std::to_string(count++) + ending))
              .string();
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

void TemporaryFile::write(const std::string& text) const {
  std::ofstream file(path_, std::ios::binary);
  if (!file.write(text.data(), static_cast<std::streamsize>(text.size())).flush()) {
    throw InputError("'" + path_ + "' cannot be written: free some space or set TMPDIR");
  }
}

}  // namespace foldproof
