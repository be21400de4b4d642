// foldproof-check PROOF WEIGHTS [WEIGHTS_B]: exit code 0 accepted, 1 rejected, 2 unusable files or usage.
#include <cstdio>
#include <cstring>

#include "check.h"

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    std::puts("foldproof-check " FOLDPROOF_VERSION ", proof format 3");
    return 0;
  }
  if ((argc != 3 && argc != 4) || argv[1][0] == '-') {
    std::fputs(
        "usage: foldproof-check PROOF WEIGHTS [WEIGHTS_B]   (a weights file comes from: foldproof export NET.onnx -o "
        "WEIGHTS; a proof about two networks needs both)\n",
        stderr);
    return 2;
  }
  const foldproof_check::Verdict verdict = foldproof_check::check(argv[1], argv[2], argc == 4 ? argv[3] : "");
  if (verdict.code == 0) {
    std::printf("accepted\n%s", verdict.statement.c_str());
  } else {
    std::printf("%s: %s\n", verdict.code == 1 ? "rejected" : "unusable", verdict.reason.c_str());
  }
  return std::fflush(stdout) == 0 ? verdict.code : 2;
}
