// One question on many workers: the same brackets as without help, one proof that the checker accepts, whatever is
// lost.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <thread>

#include "networks.h"
#include "number/rational.h"
#include "search/bytes.h"
#include "search/seal.h"

namespace foldproof::testing {
namespace {

// Workers on threads, with small parts from the start. What happens to each response is up to `fate`.
class Threads : public Delegate {
 public:
  using Fate = std::function<std::optional<std::string>(std::uint64_t count, std::string response)>;

  Threads(const Model& model, int count, Fate fate = {}) : solver_(model), fate_(std::move(fate)), count_(count) {
    for (int i = 0; i < count; ++i)
      threads_.emplace_back([this] {
        work();
        release_thread_memory();
      });
  }
  ~Threads() override {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  int capacity() override { return count_; }
  void send(std::uint64_t part, std::string request) override {
    if (seen) seen(request);
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(part, std::move(request));
    changed_.notify_all();
  }
  std::optional<Reply> receive(double seconds) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return !done_.empty(); });
    if (done_.empty()) return std::nullopt;
    Reply reply = std::move(done_.front());
    done_.pop_front();
    return reply;
  }
  void forget(std::uint64_t part) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiting_, [&](const auto& entry) { return entry.first == part; });
  }
  void report(const PartReport& report) override {
    reports.push_back(report);
    report.lost ? ++lost : ++parts[report.kind];
  }
  double warm_up() const override { return 0.0; }
  double part_seconds() const override { return 0.005; }

  std::map<char, int> parts;  // that were merged, by kind
  int lost = 0;
  std::vector<PartReport> reports;
  std::function<void(const std::string& request)> seen;
  std::function<std::string(const std::string& request, std::string response)> forge;

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return over_ || !waiting_.empty(); });
      if (over_) return;
      const auto [part, request] = std::move(waiting_.front());
      waiting_.pop_front();
      const std::uint64_t count = answered_++;
      lock.unlock();
      std::optional<std::string> response = solver_.answer(request);
      if (forge) response = forge(request, *std::move(response));
      if (fate_) response = fate_(count, *std::move(response));
      lock.lock();
      done_.push_back({part, std::move(response)});
      changed_.notify_all();
    }
  }

  PartSolver solver_;
  Fate fate_;
  int count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::uint64_t, std::string>> waiting_;
  std::deque<Reply> done_;
  std::uint64_t answered_ = 0;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

Model stored(const std::string& name) {
  return Model::load(std::string(FOLDPROOF_TESTS_DIR) + "/data/nets/" + name + ".onnx");
}

// The network and one more output, x0 x1 / 4 or so as a sum of hinges: a map into one dimension more.
Model with_one_more_output(const Model& model) {
  Network network = model.as_read();
  network.from.outputs_kept.push_back(network.from.file_outputs++);
  AffineRow row = network.outputs.at(0);
  for (Term& term : row.terms) term.coefficient *= Rational(term.variable % 3 - 1) / Rational(2);
  std::erase_if(row.terms, [](const Term& term) { return term.coefficient.is_zero(); });
  network.outputs.push_back(std::move(row));
  return Model(std::make_shared<const Network>(std::move(network)));
}

Options one_thread() {
  Options options;
  options.threads = 1;
  return options;
}

void expect_same_bracket(const Answer& helped, const Answer& alone, double gap) {
  EXPECT_EQ(helped.status, alone.status);
  EXPECT_EQ(helped.limit, alone.limit);
  ASSERT_EQ(helped.upper.has_value(), alone.upper.has_value());
  EXPECT_TRUE(helped.proof.checked) << helped.proof.refused;
  // Two brackets of one radius overlap.
  if (!alone.upper) {
    EXPECT_EQ(helped.lower, alone.lower);
    return;
  }
  EXPECT_LE(helped.lower, *alone.upper);
  EXPECT_LE(alone.lower, *helped.upper);
  EXPECT_LE(*helped.upper - helped.lower, gap * *helped.upper);
}

struct Case {
  std::string name;
  Model model;
  std::vector<std::string> at;
  std::string max_radius;
  char kind;  // of parts that must have been handed out
};

std::vector<Case> cases() {
  return {{"lorenz3", stored("lorenz3_32x2"), {"0", "0", "0"}, "", 'b'},
          {"cb6", stored("cb6_64x2"), {"1", "2.1", "1", "2.1", "1", "2.1"}, "0.7", 'm'},
          {"tall", with_one_more_output(stored("brus_A")), {"1", "2.1"}, "", 'a'}};
}

class Delegated : public ::testing::TestWithParam<int> {};

TEST_P(Delegated, FindsTheSameBracketAndOneProof) {
  const Case given = cases().at(static_cast<std::size_t>(GetParam()));
  Options options = one_thread();
  options.max_radius = given.max_radius;
  const Answer alone = radius(given.model, given.at, options);
  ASSERT_TRUE(alone.proof.checked);
  Threads threads(given.model, 2);
  options.delegate = &threads;
  const Answer helped = radius(given.model, given.at, options);
  expect_consistent(given.model, helped, options.gap);
  expect_same_bracket(helped, alone, options.gap);
  EXPECT_GT(threads.parts[given.kind], 0) << "nothing was handed out";
  // With more outputs than inputs two workers may cut a patch in two ways while the target falls.
  EXPECT_TRUE(threads.lost == 0 || given.name == "tall");
}

INSTANTIATE_TEST_SUITE_P(Networks, Delegated, ::testing::Range(0, 3),
                         [](const auto& given) { return cases().at(static_cast<std::size_t>(given.param)).name; });

TEST(Delegate, AnswersOfTheZooAreTheExactOnes) {
  const nlohmann::json zoo = read_json("zoo.json");
  for (const auto& [name, net] : zoo.at("nets").items()) {
    SCOPED_TRACE(name);
    const Model model = model_of(net.at("layers"));
    Threads threads(model, 2);
    Options options = one_thread();
    options.max_radius = text(net.at("search_radius"));
    options.delegate = &threads;
    const Answer answer = radius(model, texts(net.at("centre")), options);
    expect_consistent(model, answer, 1e-6);
    expect_radius(answer, text(net.at("r_star_Linf")));
    EXPECT_TRUE(answer.proof.checked) << answer.proof.refused;
  }
}

TEST(Delegate, OtherNormsScalesAndDomainsReachTheWorkers) {
  const Model model = stored("lorenz3_32x2");
  for (const std::string norm : {"l2", "linf"}) {
    SCOPED_TRACE(norm);
    Options options = one_thread();
    options.norm = norm;
    options.max_radius = "0.7";
    options.scale = {"1", "3/2", "1"};
    options.domain = {{"-20", "0.5"}, {"-20", "20"}, {"-20", "20"}};
    const Answer alone = radius(model, {"0", "0", "0"}, options);
    Threads threads(model, 2);
    options.delegate = &threads;
    const Answer helped = radius(model, {"0", "0", "0"}, options);
    expect_same_bracket(helped, alone, options.gap);
    EXPECT_GT(threads.parts.size(), 0U);
    EXPECT_EQ(threads.lost, 0);
  }
}

TEST(Delegate, InjectiveHasTheSameVerdict) {
  const Model model = stored("brus_A");
  for (const auto& box : {std::pair("0.2", "1.5"), std::pair("-3", "5")}) {
    Options options = one_thread();
    Threads threads(model, 2);
    options.delegate = &threads;
    const Answer answer = injective(model, {box, box}, options);
    options.delegate = nullptr;
    EXPECT_EQ(answer.verdict, injective(model, {box, box}, options).verdict);
    EXPECT_TRUE(answer.proof.checked) << answer.proof.refused;
  }
}

// What may become of every third response. The next after one that was lost is whole.
std::map<std::string, Threads::Fate> misfortunes() {
  const auto every_third = [](const auto& change) {
    return [change](std::uint64_t count, std::string response) -> std::optional<std::string> {
      return count % 3 == 1 ? change(count, std::move(response)) : std::optional(std::move(response));
    };
  };
  using Reply = std::optional<std::string>;
  const auto earlier = std::make_shared<std::deque<std::string>>();
  const auto earlier_mutex = std::make_shared<std::mutex>();
  return {{"lost", every_third([](std::uint64_t, std::string) -> Reply { return std::nullopt; })},
          {"cut short", every_third([](std::uint64_t count, std::string response) -> Reply {
             return response.substr(0, response.size() - 1 - count % response.size());
           })},
          {"one bit wrong", every_third([](std::uint64_t count, std::string response) -> Reply {
             response[(count * 7919) % response.size()] ^= static_cast<char>(1U << (count % 8));
             return response;
           })},
          {"longer", every_third([](std::uint64_t, std::string response) -> Reply { return response + '\0'; })},
          {"another's", [=](std::uint64_t count, std::string response) -> Reply {
             const std::lock_guard lock(*earlier_mutex);
             earlier->push_back(std::move(response));
             return count % 3 == 1 && earlier->size() > 1 ? (*earlier)[earlier->size() - 2] : earlier->back();
           }}};
}

TEST(Delegate, PartsThatAreLostOrDamagedAreAskedAgain) {
  const Model model = stored("lorenz3_32x2");
  const Answer alone = radius(model, {"0", "0", "0"}, one_thread());
  for (const auto& [what, fate] : misfortunes()) {
    SCOPED_TRACE(what);
    Threads threads(model, 2, fate);
    Options options = one_thread();
    options.delegate = &threads;
    const Answer helped = radius(model, {"0", "0", "0"}, options);
    expect_same_bracket(helped, alone, options.gap);
    EXPECT_EQ(helped.proof.attempts, 1) << "a damaged reply came into the proof";
    EXPECT_GT(threads.lost, 3);
    EXPECT_GT(threads.parts['b'] + threads.parts['l'], 3);
  }
}

// Comparisons with it are all false: nothing would lie within such a radius.
TEST(Delegate, AFailureAtNoDistanceAtAllIsRefused) {
  const Model model = stored("lorenz3_32x2");
  const Answer alone = radius(model, {"0", "0", "0"}, one_thread());
  std::atomic<int> forged = 0;
  Threads threads(model, 2);
  threads.forge = [&](const std::string& request, std::string response) {
    ByteReader asked(unsealed(request_subject, request));
    asked.text();
    if (asked.byte() != 'm') return response;
    const std::string body(unsealed(seal_of(request), response));
    ByteReader reply(body);
    ByteWriter changed;
    changed.number(reply.number());
    changed.whole(reply.whole());
    changed.whole(reply.whole());
    changed.number(reply.number());
    changed.whole(reply.whole());  // no pair
    const std::size_t place = changed.bytes().size();
    changed.number(std::numeric_limits<double>::quiet_NaN());
    ++forged;
    return sealed(seal_of(request), changed.bytes() + body.substr(place + sizeof(double)));
  };
  Options options = one_thread();
  options.delegate = &threads;
  const Answer helped = radius(model, {"0", "0", "0"}, options);
  expect_same_bracket(helped, alone, options.gap);
  EXPECT_EQ(threads.parts['m'], 0);
  EXPECT_GT(forged, 0);
}

TEST(Delegate, ADamagedRequestIsNotAnswered) {
  const Model model = stored("lorenz3_32x2");
  const PartSolver solver(model);
  std::uint64_t count = 0, refused = 0;
  Threads threads(model, 1);
  threads.seen = [&](const std::string& request) {
    for (std::size_t at = count++ % 13; at < request.size(); at += 1 + request.size() / 7) {
      std::string damaged = request;
      damaged[at] ^= static_cast<char>(1U << (at % 8));
      EXPECT_THROW(solver.answer(damaged), InputError) << at << " of " << request.size();
      ++refused;
    }
  };
  Options options = one_thread();
  options.delegate = &threads;
  EXPECT_TRUE(radius(model, {"0", "0", "0"}, options).proof.checked);
  EXPECT_GT(refused, 20U);
}

TEST(Delegate, WithoutWorkersOrWithBrokenOnesTheSearchGoesOnHere) {
  const Model model = stored("lorenz3_32x2");
  const Answer alone = radius(model, {"0", "0", "0"}, one_thread());
  for (const int workers : {0, 2}) {
    Threads threads(model, workers, [](std::uint64_t, std::string) { return std::nullopt; });
    Options options = one_thread();
    options.delegate = &threads;
    const Answer answer = radius(model, {"0", "0", "0"}, options);
    expect_same_bracket(answer, alone, options.gap);
    EXPECT_EQ(answer.lower, alone.lower);
    EXPECT_TRUE(threads.parts.empty());
  }
}

TEST(Delegate, AStoppedSearchKeepsWhatIsProved) {
  const Model model = stored("cb4_32x2");
  Threads threads(model, 2);
  Options options = one_thread();
  options.delegate = &threads;
  options.time = 0.3;
  const Answer answer = radius(model, {"1", "2.1", "1", "2.1"}, options);
  EXPECT_EQ(answer.status, "stopped");
  EXPECT_EQ(answer.stop_reason, "time");
  EXPECT_TRUE(answer.proof.checked) << answer.proof.refused;
  EXPECT_LT(answer.lower, 1.4101977);
}

TEST(Delegate, AWorkerWithAnotherNetworkSaysSo) {
  const Model model = stored("lorenz3_32x2");
  std::string request;
  Threads threads(model, 1);
  threads.seen = [&](const std::string& sent) { request = sent; };
  Options options = one_thread();
  options.delegate = &threads;
  radius(model, {"0", "0", "0"}, options);
  ASSERT_FALSE(request.empty());
  const PartSolver right(model), wrong(stored("brus_A"));
  EXPECT_NO_THROW(right.answer(request));
  EXPECT_THROW(wrong.answer(request), InputError);
  for (std::size_t cut = 0; cut < request.size(); cut += 1 + request.size() / 50) {
    EXPECT_THROW(right.answer(request.substr(0, cut)), InputError);
  }
}

}  // namespace
}  // namespace foldproof::testing
