// An engine call from Python: on a thread of its own, without the interpreter's lock, while the caller's thread
// delivers progress and listens to signals.
//
// Ctrl-C asks the engine to stop, and the call then returns what was proved so far. A second Ctrl-C, and any exception
// of another signal handler or of the listener, is raised once the engine has stopped.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "foldproof/foldproof.h"

namespace foldproof::python {

/// Called with a dictionary, the fields of Progress; or None.
using Listener =
    std::optional<nanobind::typed<nanobind::callable,
                                  nanobind::object(nanobind::typed<nanobind::dict, nanobind::str, nanobind::object>)>>;

nanobind::dict dictionary_of(const Progress& progress);

/// Where the engine's thread and the caller's meet.
class Meeting {
 public:
  std::atomic<bool> stop{false};

  void report(const Progress& progress);
  void finish();
  /// Until the engine is done. @throws what signal handlers and the listener threw
  void attend(const Listener& listener);

 private:
  bool wait_a_moment();
  void listen(const Listener& listener);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::optional<Progress> news_;
};

/// Frees what the engine's libraries keep for a thread.
void leave_thread();

/// engine(options) where the options are those given, listening to `listener` and to Ctrl-C.
template <class Options, class Engine>
auto run(Options options, const Listener& listener, const Engine& engine) {
  Meeting meeting;
  options.interrupt = &meeting.stop;
  if (listener) options.progress = [&meeting](const Progress& progress) { meeting.report(progress); };
  std::optional<decltype(engine(options))> result;
  std::exception_ptr failure;
  std::thread worker([&] {
    try {
      result.emplace(engine(options));
    } catch (...) {
      failure = std::current_exception();
    }
    leave_thread();
    meeting.finish();
  });
  std::exception_ptr outside;
  try {
    meeting.attend(listener);
  } catch (...) {
    outside = std::current_exception();
  }
  worker.join();
  if (outside) std::rethrow_exception(outside);
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace foldproof::python
