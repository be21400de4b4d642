// Where an answer goes: words and the record to standard output or files, the page to its file.
#pragma once

#include <optional>
#include <string>

#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/request.h"

namespace foldproof::cli {

/// The targets of --json, --report and --proof, tried before the work begins. @throws InputError
class Delivery {
 public:
  explicit Delivery(const Request& request);

  bool wants_record() const { return !request_.json.empty() || report_; }
  /// The request's options, with progress and signals, and leaves where a picture is wanted.
  Options watched(ProgressLine& progress) const;
  /// Words on their own, before those of give().
  void say(const std::string& words) const;
  /// The words, unless --quiet leaves only the record. `record` is made only if it is wanted.
  template <class MakeRecord>
  void give(const std::string& words, const MakeRecord& record) const {
    say(words);
    if (wants_record()) write(record());
  }
  /// A refusal, loudly; or else where the page is, or how to get one named `page`.
  void close(const std::string& refusal, const char* page = "fold.html") const;
  /// True if close() will give that hint.
  bool hints(const std::string& refusal) const { return !request_.quiet && !json_on_output_ && refusal.empty(); }

 private:
  void write(const std::string& record) const;

  const Request& request_;
  bool json_on_output_;
  std::optional<OutputFile> json_, report_;
};

}  // namespace foldproof::cli
