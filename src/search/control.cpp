#include "search/control.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <stdexcept>
#include <thread>

#include "number/rounding.h"

namespace foldproof {

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  if (!(statm >> total >> resident)) return 0;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

Control::Control(const Options& options, Observer* observer)
    : upper(std::numeric_limits<double>::infinity()),
      options_(options),
      observer_(observer != nullptr ? observer : &silent_),
      threads_(options.threads > 0 ? options.threads
                                   : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))),
      start_(std::chrono::steady_clock::now()),
      memory_before_(options.memory_gib > 0.0 ? resident_bytes() : 0) {}

double Control::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

std::optional<double> Control::seconds_left() const {
  if (!(options_.time > 0.0)) return std::nullopt;
  return std::max(0.0, options_.time - seconds());
}

bool Control::should_stop() {
  thread_local unsigned calls = 0;
  if ((++calls & 15U) == 0U) return should_stop_now();
  return reason_.load(std::memory_order_relaxed) != 0;
}

bool Control::should_stop_now() {
  check_limits();
  speak();
  return reason_.load(std::memory_order_relaxed) != 0;
}

std::optional<std::string> Control::stop_reason() const {
  switch (reason_.load()) {
    case 1:
      return "time";
    case 2:
      return "memory";
    case 3:
      return "interrupt";
    default:
      return std::nullopt;
  }
}

void Control::check_limits() {
  if (reason_.load(std::memory_order_relaxed) != 0) return;
  if (options_.interrupt != nullptr && options_.interrupt->load(std::memory_order_relaxed)) {
    reason_ = 3;
    return;
  }
  const double now = seconds();
  if (options_.time > 0.0 && now >= options_.time) {
    reason_ = 1;
    return;
  }
  if (options_.memory_gib > 0.0 && now >= next_memory_.load(std::memory_order_relaxed)) {
    next_memory_ = now + 0.1;
    const std::size_t used = resident_bytes();
    if (used > memory_before_ && static_cast<double>(used - memory_before_) > options_.memory_gib * 0x1p30) reason_ = 2;
  }
}

void Control::speak() {
  if (!options_.progress) return;
  const double now = seconds();
  if (now < next_progress_.load(std::memory_order_relaxed)) return;
  const std::unique_lock lock(speaking_, std::try_to_lock);
  if (!lock || now < next_progress_.load()) return;
  next_progress_ = now + 1.0 / options_.progress_per_second;
  Progress progress;
  progress.phase = phase;
  progress.lower = lower;
  if (upper.load() < std::numeric_limits<double>::infinity()) progress.upper = upper.load();
  progress.local_lower = local_lower;
  progress.regions = regions;
  progress.pairs = pairs;
  progress.open = open;
  progress.mip_nodes = mip_nodes;
  progress.seconds = now;
  options_.progress(progress);
}

void require_ieee_arithmetic() {
  if (arithmetic_is_ieee()) return;
  throw std::runtime_error(
      "this process does not round to nearest or flushes subnormals: no bound can be proved; find the library that "
      "changed "
      "it");
}

}  // namespace foldproof
