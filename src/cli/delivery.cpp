#include "cli/delivery.h"

#include <fmt/format.h>

#include "cli/signals.h"

namespace foldproof::cli {

namespace {

constexpr std::size_t kLeavesForPictures = 4000;

}  // namespace

Delivery::Delivery(const Request& request) : request_(request), json_on_output_(request.json == "-") {
  if (!request.json.empty() && !json_on_output_) json_.emplace("--json", request.json);
  if (!request.report.empty()) report_.emplace("--report", request.report);
  if (!request.options.proof.empty()) OutputFile("--proof", request.options.proof);
}

Options Delivery::watched(ProgressLine& progress) const {
  Options options = request_.options;
  options.interrupt = &stop_on_signals();
  options.progress = [&progress](const Progress& now) { progress.show(now); };
  options.keep_leaves = wants_record() ? kLeavesForPictures : 0;
  return options;
}

void Delivery::say(const std::string& words) const {
  if (!json_on_output_ || !request_.quiet) print(json_on_output_ ? stderr : stdout, words);
}

void Delivery::write(const std::string& record) const {
  if (json_on_output_) print(stdout, record);
  if (json_) json_->write(record);
  if (report_) report_->write(to_html(record, request_.typed));
}

void Delivery::close(const std::string& refusal, const char* page) const {
  print(stderr, refusal);
  if (!hints(refusal)) return;
  print(stdout, report_ ? fmt::format("  page: {}\n", request_.report)
                        : fmt::format("  to see it, add --report {} and open that page in a browser\n", page));
}

}  // namespace foldproof::cli
