#include "python/delegate.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;

namespace foldproof::python {

PythonDelegate::PythonDelegate(nb::object workers)
    : workers_(std::move(workers)),
      warm_up_(nb::cast<double>(workers_.attr("warm_up"))),
      part_seconds_(nb::cast<double>(workers_.attr("part_seconds"))) {}

int PythonDelegate::capacity() {
  const nb::gil_scoped_acquire acquire;
  return nb::cast<int>(workers_.attr("capacity")());
}

void PythonDelegate::send(std::uint64_t part, std::string request) {
  const nb::gil_scoped_acquire acquire;
  workers_.attr("send")(part, nb::bytes(request.data(), request.size()));
}

std::optional<Delegate::Reply> PythonDelegate::receive(double seconds) {
  const nb::gil_scoped_acquire acquire;
  const nb::object given = workers_.attr("receive")(seconds);
  if (given.is_none()) return std::nullopt;
  Reply reply;
  reply.part = nb::cast<std::uint64_t>(given[0]);
  if (const nb::object response = given[1]; !response.is_none()) {
    const auto bytes = nb::cast<nb::bytes>(response);
    reply.response.emplace(bytes.c_str(), bytes.size());
  }
  return reply;
}

void PythonDelegate::forget(std::uint64_t part) {
  const nb::gil_scoped_acquire acquire;
  workers_.attr("forget")(part);
}

void PythonDelegate::report(const PartReport& report) {
  const nb::gil_scoped_acquire acquire;
  nb::dict fields;
  fields["part"] = report.part;
  fields["kind"] = std::string(1, report.kind);
  fields["from"] = report.from;
  fields["stage"] = report.stage;
  fields["lost"] = report.lost;
  fields["nodes"] = report.nodes;
  fields["seconds"] = report.seconds;
  fields["sent"] = report.sent;
  fields["received"] = report.received;
  fields["cut_seconds"] = report.cut_seconds;
  fields["merge_seconds"] = report.merge_seconds;
  workers_.attr("report")(fields);
}

nb::bytes answer_part(const PartSolver& solver, const nb::bytes& request) {
  const std::string asked(request.c_str(), request.size());
  std::string response;
  {
    const nb::gil_scoped_release release;
    response = solver.answer(asked);
  }
  return nb::bytes(response.data(), response.size());
}

}  // namespace foldproof::python
