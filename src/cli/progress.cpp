#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace foldproof::cli {

namespace {

constexpr double kSecondsBetweenPlainLines = 3;
constexpr double kSecondsBetweenRates = 0.5;

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

/// 1234 -> "1234", 45678 -> "45.7k", 12345678 -> "12.3M"
std::string short_count(double count) {
  if (count < 10'000) return fmt::format("{:.0f}", count);
  if (count < 10'000'000) return fmt::format("{:.1f}k", count / 1e3);
  return fmt::format("{:.1f}M", count / 1e6);
}

std::string bracket(const Progress& progress) {
  if (std::string_view(progress.phase) == "locus") return "";
  if (!progress.upper) return fmt::format("[{:.7g}, ?]", progress.lower);
  return fmt::format("[{:.7g}, {:.7g}]", progress.lower, *progress.upper);
}

}  // namespace

ProgressLine::ProgressLine(bool quiet, double time_limit) : time_limit_(time_limit) {
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  mode_ = quiet ? Mode::kSilent : isatty(STDERR_FILENO) == 1 && !dumb ? Mode::kLive : Mode::kPlain;
}

void ProgressLine::show(const Progress& progress) {
  if (mode_ == Mode::kSilent) return;
  const std::uint64_t tests = progress.regions + progress.pairs + progress.mip_nodes;
  const double elapsed = progress.seconds - rate_seconds_;
  if (elapsed >= kSecondsBetweenRates && tests >= rate_tests_) {
    const double latest = static_cast<double>(tests - rate_tests_) / elapsed;
    rate_ = rate_ == 0 ? latest : 0.5 * (rate_ + latest);
    rate_seconds_ = progress.seconds;
    rate_tests_ = tests;
  }
  mode_ == Mode::kLive ? show_live(progress) : show_plain(progress);
}

/// The line in at most `width` columns: what matters least is left out first.
std::string ProgressLine::text(const Progress& progress, std::size_t width) const {
  std::string time = fmt::format("{:.1f} s", progress.seconds);
  if (time_limit_ > 0)
    time += fmt::format(", at most {:.0f} s left", std::ceil(std::max(0.0, time_limit_ - progress.seconds)));
  const auto counted = [](std::uint64_t count, const char* noun) {
    return short_count(static_cast<double>(count)) + noun;
  };
  const bool engine = std::string_view(progress.phase) != "mip";
  std::vector<std::string> parts{fmt::format("{} {}", progress.phase, bracket(progress)),
                                 engine ? counted(progress.regions, " regions") : counted(progress.mip_nodes, " nodes"),
                                 engine ? counted(progress.pairs, " pairs") : "",
                                 rate_ > 0 ? short_count(rate_) + "/s" : "",
                                 engine ? counted(progress.open, " open") : "",
                                 time};
  constexpr std::array<std::size_t, 5> kLeaveOutFirst{4, 3, 2, 1, 5};
  const auto line = [&] {
    std::string joined;
    for (const std::string& part : parts) {
      if (!part.empty()) joined += (joined.empty() ? "" : "  ") + part;
    }
    return joined;
  };
  for (const std::size_t part : kLeaveOutFirst) {
    if (line().size() < width) break;
    parts[part].clear();
  }
  return line().substr(0, width > 0 ? width - 1 : 0);
}

void ProgressLine::show_live(const Progress& progress) {
  const std::string line = fmt::format("\r{}\x1b[K", text(progress, terminal_width()));
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  on_screen_ = true;
}

void ProgressLine::show_plain(const Progress& progress) {
  if (progress.seconds - printed_seconds_ < kSecondsBetweenPlainLines) return;
  std::string state = fmt::format("{} {} {:.7g}", progress.phase, bracket(progress), progress.local_lower);
  if (state == printed_state_) return;
  printed_state_ = std::move(state);
  printed_seconds_ = progress.seconds;
  constexpr std::size_t kNoLimit = 1000;
  fmt::print(stderr, "foldproof: {}\n", text(progress, kNoLimit));
}

void ProgressLine::erase() {
  if (!on_screen_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  on_screen_ = false;
}

}  // namespace foldproof::cli
