#include "cli/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "foldproof/foldproof.h"

namespace foldproof::cli {

namespace fs = std::filesystem;

OutputFile::OutputFile(std::string option, std::string path) : option_(std::move(option)), path_(std::move(path)) {
  std::error_code error;
  const fs::path resolved = fs::weakly_canonical(path_, error);
  target_ = error ? path_ : resolved.string();
  const fs::file_status status = fs::status(target_, error);
  if (fs::is_directory(status)) refuse(EISDIR);
  if (fs::exists(status) && access(target_.c_str(), W_OK) != 0) refuse(errno);
  if (fs::exists(status) && !fs::is_regular_file(status)) return;
  beside_ = fmt::format("{}.{}.part", target_, getpid());
  store(beside_, O_CREAT | O_EXCL, "");
  unlink(beside_.c_str());
}

void OutputFile::write(std::string_view content) const {
  if (beside_.empty()) return store(target_, 0, content);
  store(beside_, O_CREAT | O_EXCL, content);
  if (rename(beside_.c_str(), target_.c_str()) != 0) {
    const int error = errno;
    unlink(beside_.c_str());
    refuse(error);
  }
}

void OutputFile::refuse(int error) const {
  throw InputError(
      fmt::format("{}: '{}' cannot be written ({}); name another file", option_, path_, std::strerror(error)));
}

void OutputFile::store(const std::string& path, int flags, std::string_view content) const {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (file < 0) refuse(errno);
  int error = 0;
  while (error == 0 && !content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0) return;
  if (path == beside_) unlink(path.c_str());
  refuse(error);
}

void print(std::FILE* stream, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() || std::fflush(stream) != 0) {
    throw InputError(fmt::format("standard output cannot be written ({})", std::strerror(errno)));
  }
}

}  // namespace foldproof::cli
