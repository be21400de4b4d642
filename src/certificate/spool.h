// An array that lives in an unnamed file, so that a long search does not keep its proof in memory.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <type_traits>

namespace foldproof {

/// Bytes of a file that is removed as soon as it is opened; it grows, filled with zeros.
class SpoolFile {
 public:
  /// @throws std::runtime_error if no file can be made in `folder`.
  explicit SpoolFile(const std::filesystem::path& folder);
  ~SpoolFile();
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  /// At least this many bytes. Addresses change. @throws std::runtime_error if the disk is full.
  void reserve(std::size_t bytes);
  std::byte* data() const { return data_; }
  std::size_t capacity() const { return capacity_; }

 private:
  int file_ = -1;
  std::byte* data_ = nullptr;
  std::size_t capacity_ = 0;
};

template <class T>
class Spool {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit Spool(const std::filesystem::path& folder) : file_(folder) {}

  /// Entry i, made of zero bytes if it is new. The reference is valid until the next call of at().
  T& at(std::size_t i) {
    if ((i + 1) * sizeof(T) > file_.capacity()) file_.reserve((i + 1) * sizeof(T));
    if (i >= size_) size_ = i + 1;
    return reinterpret_cast<T*>(file_.data())[i];
  }
  /// @pre i < size()
  const T& operator[](std::size_t i) const { return reinterpret_cast<const T*>(file_.data())[i]; }
  std::size_t size() const { return size_; }
  /// Appends and returns the place of the first entry.
  std::size_t append(const T* entries, std::size_t count) {
    const std::size_t first = size_;
    for (std::size_t i = 0; i < count; ++i) at(first + i) = entries[i];
    return first;
  }
  /// Forgets all entries.
  void clear() {
    for (std::size_t i = 0; i < size_; ++i) reinterpret_cast<T*>(file_.data())[i] = T{};
    size_ = 0;
  }

 private:
  SpoolFile file_;
  std::size_t size_ = 0;
};

}  // namespace foldproof
