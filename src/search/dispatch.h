// Parts of a search that are worked on elsewhere, by a Delegate.
//
// Claim: the events that the observer hears are those of a search without help, up to their order, whatever workers
// die. Proof sketch: a part is a set of open nodes. They are taken out of the search's queue, and exactly one of two
// things happens: the reply is merged, which settles or divides them by the worker's events and puts what the worker
// left open into the queue; or they are put back as they were. Only a reply that came whole and was made for this very
// request is read (seal.h); others count as lost. A reply is a claim about the nodes as they were sent, and targets
// only fall: what was proved for a larger ball, or left out as beyond it, is so for a smaller one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "search/bytes.h"
#include "search/control.h"
#include "search/incumbent.h"

namespace foldproof {

/// What every part begins with, whatever it is a part of.
struct PartState {
  double upper = 0.0, target = 0.0;  // of the incumbent
  int sign = 0;
  std::uint64_t budget = 0;  // nodes that may be tested
};

void write_state(ByteWriter& out, const PartState& state);
PartState read_state(ByteReader& in);

/// A better pair than the one that a part began with, and the worker's target, at most that of the part.
void write_improvement(ByteWriter& out, const Incumbent& incumbent);
/// Verifies the pair and offers it. False if the target here is larger than the worker's then: nothing of the reply may
/// be used.
bool read_improvement(ByteReader& in, const Problem& problem, Incumbent& incumbent);

/// Open nodes that are away; each kind of search has its own.
struct Part {
  virtual ~Part() = default;
  ByteWriter payload;            // what the worker needs to know of them
  double distance = 0.0;         // of the nearest to the centre
  double target = 0.0;           // of the incumbent when it was sent
  std::set<std::uint64_t> from;  // the parts in whose replies they came
};

/// A search whose open nodes can be handed out.
class Divisible {
 public:
  virtual ~Divisible() = default;

 protected:
  friend class Dispatch;

  virtual std::mutex& mutex() const = 0;
  virtual std::condition_variable& changed() = 0;
  /// The kind of search, for the worker.
  virtual char kind() const = 0;
  // The rest is called with the lock held.
  virtual std::size_t waiting() const = 0;
  /// Nothing is left to do here, or elsewhere.
  virtual bool over() const = 0;
  /// Takes at least one and at most `count` of the nodes that wait, those that it would rather have back first.
  virtual std::unique_ptr<Part> take(std::size_t count) = 0;
  virtual void give_back(Part& part) = 0;
  /// Reads a worker's events into the search. False, or BadBytes: they do not fit, and nothing was changed by them.
  virtual bool merge(Part& part, ByteReader& reply, const PartReport& report) = 0;
};

/// One question's dealings with its delegate.
class Dispatch {
 public:
  /// @pre control.delegate() is there and `problem.asked` says what is asked
  Dispatch(const Problem& problem, Incumbent& incumbent, Control& control);

  /// Hands out nodes of the search until it is over or must stop; then nothing is away. For a thread of its own, beside
  /// those of run_workers().
  void run(Divisible& search);
  /// The threads of this process have left the search: run() need not wait until something happens.
  void wake();
  /// Parts are away: the threads of this process rest.
  bool occupied() const { return occupied_.load(std::memory_order_relaxed); }

 private:
  struct Away {
    std::unique_ptr<Part> part;
    std::string seal;  // of the request
    PartReport report;
    double expected = 0.0;  // seconds
  };
  using Parts = std::map<std::uint64_t, Away>;

  void send(Divisible& search, Parts& away);
  void receive(Divisible& search, Parts& away, const Delegate::Reply& reply);
  void give_back(Divisible& search, Parts& away, std::uint64_t number, bool lost);
  void wait();

  const Problem& problem_;
  Incumbent& incumbent_;
  Control& control_;
  Delegate& delegate_;
  std::map<char, double> seconds_per_node_;
  std::atomic<bool> occupied_{false};
  std::uint64_t stage_ = 0;
  int lost_ = 0;  // in a row
  std::mutex sleeping_;
  std::condition_variable woken_;
  bool awake_ = false;
};

/// Nothing unless the caller has a delegate for a question that workers know.
std::unique_ptr<Dispatch> dispatch_of(const Problem& problem, Incumbent& incumbent, Control& control);

}  // namespace foldproof
