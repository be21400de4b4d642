#include "certificate/proof_file.h"

#include <algorithm>
#include <filesystem>

#include "foldproof/foldproof.h"

namespace foldproof {

namespace {

std::string named(const char* name, const std::vector<Rational>& numbers) {
  std::string text = name;
  for (const Rational& number : numbers) text += ' ' + number.canonical();
  return text;
}

}  // namespace

ProofFile::ProofFile(const std::string& path)
    : path_(path), part_(path + ".part"), file_(gzopen(part_.c_str(), "wb6")) {
  if (file_ == nullptr) throw InputError("the proof cannot be written to '" + path + "': choose another file");
}

ProofFile::~ProofFile() {
  if (file_ != nullptr) {
    gzclose(file_);
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
  }
}

void ProofFile::line(const std::string& text) {
  next_line_ += 1 + static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  buffer_ += text;
  buffer_ += '\n';
  if (buffer_.size() > (1U << 16U)) flush();
}

void ProofFile::point(const char* name, const std::vector<Rational>& x) { line(named(name, x)); }

void ProofFile::header(const ProofSubject& subject, const Problem& problem, double ball) {
  line("foldproof-proof 3");
  std::string question = question_lines(subject, problem.given(problem.centre), problem.given_domain());
  question.pop_back();  // the last line feed
  line(question);
  line("ball " + canonical(ball));
  std::string inactive = "inactive";
  for (const int j : subject.inactive) inactive += ' ' + std::to_string(j);
  line(inactive);
}

ProofSize ProofFile::finish() {
  flush();
  const int closed = gzclose(file_);
  file_ = nullptr;
  std::error_code error;
  if (closed != Z_OK) fail();
  size.bytes = std::filesystem::file_size(part_, error);
  if (!error) std::filesystem::rename(part_, path_, error);
  if (error) fail();
  return size;
}

void ProofFile::fail() const {
  throw InputError("the proof cannot be written to '" + path_ + "': free some space or choose another file");
}

void ProofFile::flush() {
  if (!buffer_.empty() && gzwrite(file_, buffer_.data(), static_cast<unsigned>(buffer_.size())) <= 0) fail();
  buffer_.clear();
}

std::string question_lines(const ProofSubject& subject, const std::vector<Rational>& center,
                           const std::vector<std::pair<Rational, Rational>>& domain) {
  std::string text = "network " + subject.network_sha256 + '\n';
  if (!subject.second_sha256.empty()) text += "second " + subject.second_sha256 + '\n';
  text += "question " + subject.question + "\nnorm " + subject.norm + '\n';
  if (!subject.scale.empty()) text += named("scale", subject.scale) + '\n';
  const bool about_a_box =
      subject.question == "injective" || subject.question == "preimages" || subject.question == "j0";
  if (!about_a_box) text += named("center", center) + '\n';
  if (!domain.empty()) {
    text += "domain";
    for (const auto& [lower, upper] : domain) text += ' ' + lower.canonical() + ':' + upper.canonical();
    text += '\n';
  }
  return text;
}

}  // namespace foldproof
