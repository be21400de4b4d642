#include "cli/versions.h"

#include <flint/flint.h>
#include <fmt/format.h>
#include <gmp.h>
#include <interfaces/highs_c_api.h>
#include <openssl/crypto.h>
#include <zlib.h>

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

#include "foldproof/foldproof.h"
#include "report/assets.h"

namespace foldproof::cli {

namespace {

/// The script names itself in its first lines: "plotly.js v1.2.3".
std::string plotly_version() {
  const std::string_view script = asset::plotly().substr(0, 200);
  const std::string_view before = "plotly.js v";
  const std::size_t start = script.find(before);
  if (start == std::string_view::npos) return "of unknown version";
  const std::string_view rest = script.substr(start + before.size());
  return std::string(rest.substr(0, rest.find_first_not_of("0123456789.")));
}

}  // namespace

std::string versions() {
  return fmt::format(
      "foldproof {}\n"
      "HiGHS {}, FLINT {}, GMP {}, ONNX {}, protobuf {}, OpenSSL {}, zlib {}, fmt {}.{}.{}, nlohmann-json {}.{}.{}, "
      "CLI11 {}, plotly.js {}; proof format 3; built by {} {}",
      version(), Highs_version(), FLINT_VERSION, gmp_version, FOLDPROOF_ONNX_VERSION, FOLDPROOF_PROTOBUF_VERSION,
      OpenSSL_version(OPENSSL_VERSION_STRING), zlibVersion(), FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
      FMT_VERSION % 100, NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH,
      CLI11_VERSION, plotly_version(), FOLDPROOF_COMPILER, __VERSION__);
}

}  // namespace foldproof::cli
