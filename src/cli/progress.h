// What a person sees while the search runs, on standard error: one live line on a terminal, now and then a
// plain line elsewhere, nothing if quiet.
#pragma once

#include <optional>
#include <string>

#include "foldproof/foldproof.h"

namespace foldproof::cli {

class ProgressLine {
 public:
  /// `time_limit` in seconds; 0: none.
  ProgressLine(bool quiet, double time_limit);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { erase(); }

  /// Called by the search, from one thread at a time.
  void show(const Progress& progress);
  /// Takes the live line off the screen.
  void erase();

 private:
  enum class Mode { kSilent, kLive, kPlain };
  std::string text(const Progress& progress, std::size_t width) const;
  void show_live(const Progress& progress);
  void show_plain(const Progress& progress);

  Mode mode_;
  double time_limit_;
  bool on_screen_ = false;
  double rate_ = 0;               // tests per second, smoothed
  double rate_seconds_ = 0;       // when the rate was last updated
  std::uint64_t rate_tests_ = 0;  // and the tests done by then
  double printed_seconds_ = 0;    // when the last plain line was printed
  std::string printed_state_;     // what it said about the bracket
};

}  // namespace foldproof::cli
