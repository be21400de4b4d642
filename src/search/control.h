// When to stop and when to speak: time, memory, interruption and progress, shared by all threads of a run.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "foldproof/foldproof.h"
#include "number/rational.h"
#include "search/observer.h"

namespace foldproof {

class Control {
 public:
  explicit Control(const Options& options, Observer* observer);

  /// True once the run must stop. Cheap: the clock is read about every `stride` calls of a thread.
  bool should_stop();
  /// The same, with the clock read at once: for loops whose rounds take a millisecond or more.
  bool should_stop_now();
  /// Why it must stop: "time", "memory" or "interrupt"; nothing if it need not.
  std::optional<std::string> stop_reason() const;

  double seconds() const;
  /// Until the time limit, at least 0; nothing without a limit.
  std::optional<double> seconds_left() const;
  int threads() const { return threads_; }
  /// Workers elsewhere; none if it is null.
  Delegate* delegate() const { return options_.delegate; }
  /// Tells the observer; one event at a time, from any thread.
  template <class Event>
  void emit(const Event& event) {
    const std::lock_guard lock(telling_);
    event(*observer_);
  }
  /// The first of `count` fresh node identifiers.
  std::uint64_t new_ids(std::uint64_t count) { return next_id_.fetch_add(count); }

  // Proved so far; kept here so that any thread may report them.
  std::atomic<double> lower{0.0}, local_lower{0.0};
  std::atomic<double> upper;  // infinity: no collision found
  std::atomic<std::uint64_t> regions{0}, pairs{0}, open{0}, slope_nodes{0};
  std::atomic<std::uint64_t> mip_nodes{0};
  std::atomic<const char*> phase{"local"};

  /// A worker failed: all others stop.
  void fail() { reason_ = 4; }
  /// How long a worker without work sleeps before it looks again whether the run is over.
  static constexpr std::chrono::milliseconds patience{20};

  /// Sends progress if its time has come.
  void speak();

 private:
  void check_limits();

  const Options& options_;
  Observer silent_;
  Observer* observer_;
  int threads_;
  std::chrono::steady_clock::time_point start_;
  std::size_t memory_before_;
  std::atomic<int> reason_{0};
  std::atomic<double> next_progress_{0.0}, next_memory_{0.0};
  std::mutex speaking_, telling_;
  std::atomic<std::uint64_t> next_id_{0};
};

/// Runs `work` on every thread of the run, this one included; an exception in any of them stops all, and the first one
/// is thrown again here. `changed` wakes workers that wait. `beside` runs on a thread of its own meanwhile, if there is
/// any, and should end once `done` is called, after the last worker.
template <class Work>
void run_workers(Control& control, std::condition_variable& changed, const Work& work,
                 const std::function<void()>& beside = {}, const std::function<void()>& done = {}) {
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto guarded = [&](const auto& task) {
    try {
      task();
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      control.fail();
      changed.notify_all();
    }
  };
  const auto helper = [&](const auto& task) {
    return std::thread([&guarded, &task] {
      guarded(task);
      release_thread_memory();
    });
  };
  std::thread other;
  if (beside) other = helper(beside);
  std::vector<std::thread> helpers;
  for (int i = 1; i < control.threads(); ++i) helpers.push_back(helper(work));
  guarded(work);
  for (std::thread& thread : helpers) thread.join();
  if (beside) {
    done();
    other.join();
  }
  if (failure) std::rethrow_exception(failure);
}

/// @throws std::runtime_error where this process does not round to nearest, or flushes subnormals: nothing can be
/// proved.
void require_ieee_arithmetic();

/// Resident memory of this process now, in bytes (0 if the system does not tell), and its peak.
std::size_t resident_bytes();
double peak_memory_mib();

}  // namespace foldproof
