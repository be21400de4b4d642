#include "python/running.h"

#include <chrono>

#include "number/rational.h"

namespace nb = nanobind;

namespace foldproof::python {

namespace {

// How long a signal may wait, and how often progress is delivered.
constexpr std::chrono::milliseconds patience{50};

}  // namespace

void leave_thread() { release_thread_memory(); }

nb::dict dictionary_of(const Progress& progress) {
  nb::dict result;
  result["phase"] = progress.phase;
  result["lower"] = progress.lower;
  result["upper"] = progress.upper;
  result["local_lower"] = progress.local_lower;
  result["regions"] = progress.regions;
  result["pairs"] = progress.pairs;
  result["open"] = progress.open;
  result["seconds"] = progress.seconds;
  return result;
}

void Meeting::report(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  news_ = progress;
}

void Meeting::finish() {
  const std::lock_guard lock(mutex_);
  done_ = true;
  changed_.notify_one();
}

bool Meeting::wait_a_moment() {
  const nb::gil_scoped_release release;
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return done_; });
}

void Meeting::listen(const Listener& listener) {
  if (!listener) return;
  std::optional<Progress> news;
  {
    const std::lock_guard lock(mutex_);
    std::swap(news, news_);
  }
  if (news) (*listener)(dictionary_of(*news));
}

void Meeting::attend(const Listener& listener) {
  std::exception_ptr raised;
  // Ctrl-C may fall into the listener as well as between its calls.
  const auto guarded = [&](const auto& step) {
    if (raised) return;
    try {
      step();
    } catch (const nb::python_error& error) {
      const bool first_interrupt = !stop && error.matches(PyExc_KeyboardInterrupt);
      if (!first_interrupt) raised = std::current_exception();
      stop = true;
    } catch (...) {
      raised = std::current_exception();
      stop = true;
    }
  };
  while (!wait_a_moment()) {
    guarded([] {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
    });
    guarded([&] { listen(listener); });
  }
  guarded([&] { listen(listener); });
  if (raised) std::rethrow_exception(raised);
}

}  // namespace foldproof::python
