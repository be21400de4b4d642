#include "certificate/checker_process.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "foldproof/foldproof.h"

extern char** environ;

namespace foldproof {

namespace {

constexpr std::size_t most_output = 1U << 22U;

// One line for a message: printable, and not longer than a person reads.
std::string quoted(std::string line) {
  constexpr std::size_t longest = 300;
  if (line.size() > longest) line = line.substr(0, longest) + "...";
  for (char& c : line) c = c >= ' ' && c <= '~' ? c : '?';
  return line;
}

// The shared object or program that holds this code.
std::filesystem::path own_file() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&checker_program), &info) != 0 &&
      std::strchr(info.dli_fname, '/') != nullptr) {
    return info.dli_fname;
  }
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

}  // namespace

std::string checker_program() {
  std::error_code error;
  if (const char* const named = std::getenv("FOLDPROOF_CHECK"); named != nullptr && *named != '\0') {
    if (std::filesystem::is_regular_file(named, error) && ::access(named, X_OK) == 0) return named;
    throw InputError(std::string("the environment variable FOLDPROOF_CHECK names '") + named +
                     "', which is not a program: name foldproof-check, or unset it");
  }
  const std::filesystem::path folder = std::filesystem::weakly_canonical(own_file(), error).parent_path();
  for (const char* place : {"foldproof-check", "bin/foldproof-check", "../bin/foldproof-check"}) {
    const std::filesystem::path candidate = folder / place;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate.string();
  }
  throw InputError(
      "the program foldproof-check, which checks every answer, is not beside this one (" + folder.string() +
      "): install it again, name it in the environment variable FOLDPROOF_CHECK, or ask without it (--no-check, "
      "in Python check=False)");
}

CheckerRun run_checker(const std::string& program, const std::string& proof, const std::vector<std::string>& weights) {
  CheckerRun run;
  const auto start = std::chrono::steady_clock::now();
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error(std::string("no pipe for the checker: ") + std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> arguments{const_cast<char*>(program.c_str()), const_cast<char*>(proof.c_str())};
  for (const std::string& file : weights) arguments.push_back(const_cast<char*>(file.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failure = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string output;
  if (failure == 0) {
    std::array<char, 4096> chunk{};
    while (true) {
      const ssize_t got = ::read(ends[0], chunk.data(), chunk.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      if (output.size() < most_output) output.append(chunk.data(), static_cast<std::size_t>(got));
    }
  }
  ::close(ends[0]);
  if (failure != 0) {
    throw InputError("the checker '" + program + "' cannot be started (" + std::strerror(failure) +
                     "): install it again, or ask without it (--no-check, in Python check=False)");
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::size_t end = output.find('\n');
  const std::string first = quoted(output.substr(0, end));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && first == "accepted") {
    run.accepted = true;
    run.statement = output.substr(end + 1);
  } else if (WIFEXITED(status)) {
    run.rejected = WEXITSTATUS(status) == 1;
    if (const std::string prefix = "rejected: line "; run.rejected && first.starts_with(prefix)) {
      run.line = std::strtoull(first.c_str() + prefix.size(), nullptr, 10);
    }
    run.reason =
        first.empty() ? "the checker said nothing (exit code " + std::to_string(WEXITSTATUS(status)) + ")" : first;
  } else {
    run.interrupted = WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM;
    run.reason = "the checker was ended by signal " + std::to_string(WTERMSIG(status));
  }
  return run;
}

}  // namespace foldproof
