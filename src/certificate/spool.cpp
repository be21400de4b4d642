#include "certificate/spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace foldproof {

namespace {

[[noreturn]] void fail(const char* what, int error) {
  throw std::runtime_error(std::string("the proof cannot be kept on disk while the search runs: ") + what + " (" +
                           std::strerror(error) + "); free some space or set TMPDIR");
}

}  // namespace

SpoolFile::SpoolFile(const std::filesystem::path& folder) {
  std::string name = (folder / "foldproof-XXXXXX").string();
  file_ = mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) fail(name.c_str(), errno);
  ::unlink(name.c_str());
}

SpoolFile::~SpoolFile() {
  if (data_ != nullptr) ::munmap(data_, capacity_);
  ::close(file_);
}

void SpoolFile::reserve(std::size_t bytes) {
  std::size_t wanted = std::max<std::size_t>(capacity_, 1U << 16U);
  while (wanted < bytes) wanted *= 2;
  // Allocated, not only extended: a full disk must be an error here, not a signal later.
  if (const int error = ::posix_fallocate(file_, 0, static_cast<off_t>(wanted)); error != 0) fail("no room", error);
  void* const place = data_ == nullptr ? ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0)
                                       : ::mremap(data_, capacity_, wanted, MREMAP_MAYMOVE);
  if (place == MAP_FAILED) fail("no address space", errno);
  data_ = static_cast<std::byte*>(place);
  capacity_ = wanted;
}

}  // namespace foldproof
