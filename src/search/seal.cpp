#include "search/seal.h"

#include "model/sha256.h"
#include "search/bytes.h"

namespace foldproof {

namespace {

constexpr std::size_t seal_length = 64;

// No subject begins another one: a seal is 64 hexadecimal digits, request_subject is none.
std::string make_seal(std::string_view subject, std::string_view body) {
  Sha256 hash;
  hash.update(subject);
  hash.update(body);
  return hash.finish();
}

}  // namespace

std::string sealed(std::string_view subject, std::string_view body) {
  std::string bytes = make_seal(subject, body);
  bytes += body;
  return bytes;
}

std::string_view unsealed(std::string_view subject, std::string_view bytes) {
  if (bytes.size() < seal_length) throw BadBytes();
  const std::string_view body = bytes.substr(seal_length);
  if (make_seal(subject, body) != seal_of(bytes)) throw BadBytes();
  return body;
}

std::string_view seal_of(std::string_view bytes) { return bytes.substr(0, seal_length); }

}  // namespace foldproof
