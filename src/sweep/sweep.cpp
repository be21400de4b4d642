// One question at many points: the threads take one point each, because that is all a point of a small network can use.
//
// Claim: every answer is the one that the question alone gives: each point is asked by the same public function, with
// one thread, on the network that Model::load makes of the file with the parameter fixed. Only the time that is left is
// shared.
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "foldproof/dynamics.h"
#include "number/decimal.h"
#include "number/rational.h"
#include "search/control.h"

namespace foldproof {

namespace {

namespace fs = std::filesystem;

/// The folder for proofs, made if it is not there. @throws InputError
void require_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder, error)) {
    throw InputError(
        fmt::format("the proofs of a sweep go into a folder, and '{}' cannot be one; name another", folder));
  }
}

bool is_solved(const Answer& answer) {
  return answer.status == "solved" && (!answer.pseudo || is_solved(*answer.pseudo));
}

class Runner {
 public:
  using ModelOf = std::function<Model(const SweepPoint&)>;

  Runner(Sweep& sweep, ModelOf model_of, PointQuestion question, const Options& options, const SweepListener& listener)
      : sweep_(sweep), model_of_(std::move(model_of)), question_(question), options_(options), listener_(listener) {}

  void run() {
    if (!options_.proof.empty()) require_folder(options_.proof);
    Options limits = options_;
    limits.progress = nullptr;
    const int cores = Control(limits, nullptr).threads();
    const int points = static_cast<int>(sweep_.points.size());
    limits.threads = std::min(cores, points);
    each_ = std::max(1, cores / points);
    Control control(limits, nullptr);
    done_.assign(sweep_.points.size(), false);
    std::condition_variable unused;
    run_workers(control, unused, [&] { work(control); });
    refuse_if_all_failed_alike();
    tell();
    report(control);
  }

 private:
  void work(Control& control) {
    while (!control.should_stop_now()) {
      const std::size_t index = next_.fetch_add(1);
      if (index >= sweep_.points.size()) return;
      ask(sweep_.points[index], control);
      const std::lock_guard lock(telling_);
      done_[index] = true;
      any_answer_ = any_answer_ || sweep_.points[index].answer;
      if (any_answer_) tell();
    }
  }

  void ask(SweepPoint& point, const Control& control) {
    Options options = options_;
    options.threads = each_;
    options.progress = nullptr;
    options.keep_leaves = 0;
    if (options.time > 0) options.time = std::max(options.time - control.seconds(), 1e-3);
    if (!options.proof.empty()) {
      options.proof = (fs::path(options.proof) / fmt::format("point-{:04}.proof", point.index)).string();
    }
    try {
      const Model model = model_of_(point);
      point.answer = question_(model, point.at, options);
      point.record = to_json(model, *point.answer, false);
    } catch (const InputError& error) {
      point.failure = error.what();
    } catch (const std::bad_alloc&) {
      point.failure = "there was not enough memory for this point; use fewer threads";
    }
  }

  /// Points are told of once something was answered, so that a mistake in the question is one sentence, not many.
  void tell() {
    for (; told_ < done_.size() && done_[told_]; ++told_) {
      if (listener_) listener_(sweep_.points[told_]);
    }
  }

  void refuse_if_all_failed_alike() const {
    const std::string& first = sweep_.points.front().failure;
    if (first.empty()) return;
    for (const SweepPoint& point : sweep_.points) {
      if (point.failure != first) return;
    }
    throw InputError(first);
  }

  void report(const Control& control) {
    sweep_.seconds = control.seconds();
    sweep_.threads = control.threads();
    bool asked = true, solved = true;
    for (const SweepPoint& point : sweep_.points) {
      asked = asked && (point.answer || !point.failure.empty());
      solved = solved && point.answer && is_solved(*point.answer);
    }
    sweep_.stop_reason = control.stop_reason();
    for (const SweepPoint& point : sweep_.points) {  // a point may have used up the time that was left
      if (!sweep_.stop_reason && point.answer && point.answer->status == "stopped")
        sweep_.stop_reason = point.answer->stop_reason;
    }
    if (asked && solved) sweep_.stop_reason.reset();
    sweep_.status = sweep_.stop_reason ? "stopped" : solved ? "solved" : "open";
  }

  Sweep& sweep_;
  ModelOf model_of_;
  PointQuestion question_;
  const Options& options_;
  const SweepListener& listener_;
  int each_ = 1;
  std::atomic<std::size_t> next_{0};
  std::mutex telling_;
  std::vector<bool> done_;
  std::size_t told_ = 0;
  bool any_answer_ = false;
};

Rational read_end(const std::string& text, const char* which) {
  const std::optional<Rational> value = Rational::parse(text);
  if (!value) throw InputError(fmt::format("the {} value of the sweep is not a number: '{}'", which, text));
  return *value;
}

}  // namespace

Sweep sweep_along(const Model& model, const std::vector<std::vector<std::string>>& points, PointQuestion question,
                  const Options& options, const SweepListener& listener) {
  if (points.empty()) throw InputError("there is no point to ask at; give an orbit with at least one");
  Sweep sweep;
  sweep.network = model.network().from.file;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (static_cast<int>(points[i].size()) != model.inputs()) {
      throw InputError(
          fmt::format("point {} of the orbit has {} numbers but the network has {} free inputs; give one number "
                      "per input that is not fixed",
                      i, points[i].size(), model.inputs()));
    }
    sweep.points.push_back({i, "", points[i], {}, "", ""});
  }
  Runner(sweep, [&](const SweepPoint&) { return model; }, question, options, listener).run();
  return sweep;
}

Sweep sweep_parameter(const std::string& path, const ModelOptions& model, const Parameter& parameter,
                      const std::vector<std::string>& at, PointQuestion question, const Options& options,
                      const SweepListener& listener) {
  constexpr int kMost = 1'000'000;
  if (parameter.count < 2 || parameter.count > kMost) {
    throw InputError(fmt::format("a sweep takes from 2 to {} values, not {}; one value is what --fix is for", kMost,
                                 parameter.count));
  }
  const Rational from = read_end(parameter.from, "first"), to = read_end(parameter.to, "last");
  if (from == to) {
    throw InputError(fmt::format("the sweep goes from {} to {}, which is one value; freeze the input with --fix {}={}",
                                 parameter.from, parameter.to, parameter.input, parameter.from));
  }
  if (model.fix.contains(parameter.input)) {
    throw InputError(fmt::format("input {} is both swept and fixed; leave out one of the two", parameter.input));
  }
  Sweep sweep;
  sweep.network = path;
  sweep.parameter = parameter;
  for (int i = 0; i < parameter.count; ++i) {
    const Rational value = from + (to - from) * (Rational(i) / Rational(parameter.count - 1));
    sweep.points.push_back({static_cast<std::size_t>(i), value.str(), at, {}, "", ""});
  }
  ModelOptions first = model;
  first.fix[parameter.input] = parameter.from;
  if (const int free = Model::load(path, first).inputs(); static_cast<int>(at.size()) != free) {
    throw InputError(
        fmt::format("the point has {} but the network has {}, as the sweep freezes input {}; give one number per input "
                    "that is neither swept nor fixed",
                    count_of(at.size(), "coordinate"), count_of(free, "free input"), parameter.input));
  }
  const auto model_of = [&](const SweepPoint& point) {
    ModelOptions fixed = model;
    fixed.fix[parameter.input] = point.value_exact;
    return Model::load(path, fixed);
  };
  Runner(sweep, model_of, question, options, listener).run();
  return sweep;
}

}  // namespace foldproof
