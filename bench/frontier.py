"""One hard question on many workers: the speed-up on this machine, and by simulation on up to 1,000 workers.

What.  A question is asked alone (one thread, two threads) and on the workers of an executor (one, two processes with
a thread each). Then once more with parts cut as for 1,000 workers, on two processes: what each part took, which parts
it was cut from, and what cutting and merging it took here are recorded. From these, `simulated` schedules the parts on
any number of workers: a part is ready when those it was cut from are merged; it travels half the latency each way; the
coordinator does one thing at a time; what the search did alone between stages stays as it was.  Why.  Nobody has 1,000
workers at hand.

Run:  cmake -S . -B build && cmake --build build
      .venv/bin/python bench/frontier.py [--latency 0.005]      (writes bench/frontier.json; bench/run.py --page
                                                                 then shows it)
"""

import argparse
import heapq
import json
import os
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import onnx

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "frontier.json"
PACKAGE = ROOT / "build" / "python"
NETS = ROOT / "tests" / "data" / "nets"
WORKERS = (1, 2, 10, 100, 1000)


def residual_network():
    """x + g(x) with g of 6-64-64-6 and random weights, as PyTorch draws them: the bytes of an ONNX file."""
    random, initializers, nodes, value = np.random.default_rng(6), [], [], "x"
    for layer, (fan_in, fan_out) in enumerate([(6, 64), (64, 64), (64, 6)]):
        for name, shape in (("W", (fan_in, fan_out)), ("b", (fan_out,))):
            numbers = random.uniform(-1, 1, shape) / np.sqrt(fan_in)
            initializers.append(onnx.numpy_helper.from_array(numbers.astype(np.float32), f"{name}{layer}"))
        nodes.append(onnx.helper.make_node("Gemm", [value, f"W{layer}", f"b{layer}"], [f"z{layer}"]))
        if layer < 2:
            nodes.append(onnx.helper.make_node("Relu", [f"z{layer}"], [f"h{layer}"]))
        value = f"h{layer}"
    nodes.append(onnx.helper.make_node("Add", ["x", "z2"], ["y"]))
    ends = [[onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, (1, 6))] for name in "xy"]
    graph = onnx.helper.make_graph(nodes, "residual", *ends, initializers)
    opset = onnx.helper.make_opsetid("", 17)
    return onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString()


QUESTIONS = {
    "cb4_32x2 at (1,2.1,1,2.1)": dict(net=NETS / "cb4_32x2.onnx", at=["1", "2.1"] * 2),
    "cb6_64x2 at (1,2.1,1,2.1,1,2.1), to 1.2": dict(net=NETS / "cb6_64x2.onnx", at=["1", "2.1"] * 3, max_radius="1.2"),
    "x + g(x), random, 6-64-64-6, at 0, to 0.7": dict(net=residual_network(), at=[0] * 6, max_radius="0.7", rounds=1),
}


def ask(net, question, **options):
    import foldproof

    return foldproof.radius(net, at=question["at"], max_radius=question.get("max_radius"), **options)


def helped(net, question, workers, capacity=None, check=False):
    """The answer, and the reports of its parts."""
    from foldproof import _frontier

    class Workers(_frontier.Workers):
        def capacity(self):
            return capacity or super().capacity()

        def report(self, report):
            reports.append(report)

    reports, usual = [], _frontier.Workers
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for _ in pool.map(time.sleep, [0.5] * workers):
            pass
        _frontier.Workers = Workers
        try:
            return ask(net, question, threads=1, executor=pool, check=check), reports
        finally:
            _frontier.Workers = usual


def spans(reports):
    """(from, to) of each stage: while parts were away."""
    stages = {}
    for report in reports:
        stage = stages.setdefault(report["stage"], [report["sent"] - report["cut_seconds"], 0.0])
        stage[0] = min(stage[0], report["sent"] - report["cut_seconds"])
        stage[1] = max(stage[1], report["received"] + report["merge_seconds"])
    return list(stages.values())


def simulated(seconds, reports, workers, latency):
    """Seconds that the search would take, from those of the recorded run and its parts."""
    total = seconds - sum(end - start for start, end in spans(reports))
    for stage in sorted({report["stage"] for report in reports}):
        parts = {report["part"]: report for report in reports if report["stage"] == stage}
        missing = {number: {parent for parent in part["from"] if parent in parts} for number, part in parts.items()}
        children = {number: [child for child, parents in missing.items() if number in parents] for number in parts}
        events = [(0.0, number, "ready") for number in sorted(parts) if not missing[number]]
        heapq.heapify(events)
        free, coordinator = [0.0] * workers, 0.0
        while events:
            moment, number, what = heapq.heappop(events)
            part, moment = parts[number], max(moment, coordinator)
            if what == "ready":
                coordinator = moment + part["cut_seconds"]
                begin = max(coordinator + latency / 2, heapq.heappop(free))
                heapq.heappush(free, begin + part["seconds"])
                heapq.heappush(events, (begin + part["seconds"] + latency / 2, number, "reply"))
                continue
            coordinator = moment + part["merge_seconds"]
            for child in children[number]:
                missing[child].discard(number)
                if not missing[child]:
                    heapq.heappush(events, (coordinator, child, "ready"))
        total += coordinator
    return total


def measure_one(question, latency, rounds):
    import foldproof

    net, rounds = foldproof.load(question["net"]), question.get("rounds", rounds)

    def median(run):
        return statistics.median(run().effort.seconds for _ in range(rounds))

    times = {f"alone, {threads} threads": median(lambda: ask(net, question, threads=threads, check=False))
             for threads in (1, 2)}
    for workers in (1, 2):
        times[f"executor, {workers} workers"] = median(lambda: helped(net, question, workers)[0])
    checked, _ = helped(net, question, 2, check=True)
    answer, reports = helped(net, question, 2, capacity=max(WORKERS))
    reports = [report for report in reports if not report["lost"]]
    local = answer.effort.seconds - sum(end - start for start, end in spans(reports))
    return {"answer": checked.record["radius"], "checked": checked.proof.checked,
            "check_seconds": checked.proof.check_seconds, "times": times,
            "recorded": {"seconds": answer.effort.seconds, "parts": len(reports), "stages": len(spans(reports)),
                         "worker_seconds": sum(report["seconds"] for report in reports),
                         "longest": max(report["seconds"] for report in reports),
                         "coordinator": sum(report["cut_seconds"] + report["merge_seconds"] for report in reports),
                         "local": local},
            "simulated": {str(workers): simulated(answer.effort.seconds, reports, workers, latency)
                          for workers in WORKERS}}


def measure(latency, rounds):
    load = round(os.getloadavg()[0], 1)
    return {"date": time.strftime("%Y-%m-%d", time.gmtime()), "load_at_start": load, "latency": latency,
            "questions": {name: measure_one(question, latency, rounds) for name, question in QUESTIONS.items()}}


def section(results):
    """The lines of PERFORMANCE.md."""
    busy = results["load_at_start"] > 0.5
    lines = ["## One question on many workers", "",
             f"`bench/frontier.py`, {results['date']}{', on a busy machine' if busy else ''}: seconds of the search, "
             "and how many times faster than alone on one thread. The executor's workers are processes with a thread "
             "each; the coordinator, a process of its own, shares the two cores with them.", "",
             "| question | alone, 1 thread | 2 threads | executor, 1 worker | 2 workers | checker, s |",
             "|---|---|---|---|---|---|"]
    for name, found in results["questions"].items():
        alone, *others = found["times"].values()
        cells = " | ".join(f"{time:.1f} ({alone / time:.2f})" for time in others)
        lines.append(f"| {name} | {alone:.1f} | {cells} | {found['check_seconds']:.1f} |")
    lines += ["", f"By simulation, with a latency of {1e3 * results['latency']:g} ms for each part: parts cut "
              "as for 1,000 workers were run on two, and are scheduled by their recorded seconds, after the parts that "
              "they were cut from. Local: what the search does before anything is handed out, and between stages, on "
              "one thread. Coordinator: cutting parts and merging replies, one at a time. The checker, which is "
              "serial, comes last.",
              "", "| question | parts | their seconds | longest | local, s | coordinator, s | "
              + " | ".join(f"{workers:,} worker{'s' if workers > 1 else ''}, s" for workers in WORKERS) + " |",
              "|" + "---|" * (6 + len(WORKERS))]
    for name, found in results["questions"].items():
        recorded, alone = found["recorded"], next(iter(found["times"].values()))
        cells = " | ".join(f"{time:.2f} ({alone / time:.1f})" for time in found["simulated"].values())
        lines.append(f"| {name} | {recorded['parts']:,} | {recorded['worker_seconds']:.1f} | {recorded['longest']:.2f} "
                     f"| {recorded['local']:.2f} | {recorded['coordinator']:.2f} | {cells} |")
    return [*lines, ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latency", type=float, default=0.005, help="seconds to a worker and back")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each timed question; the median counts")
    arguments = parser.parse_args()
    RESULTS.write_text(json.dumps(measure(arguments.latency, arguments.rounds), indent=1) + "\n")
    print("\n".join(section(json.loads(RESULTS.read_text()))))


if __name__ == "__main__":
    sys.path.insert(0, str(PACKAGE))
    os.environ["PYTHONPATH"] = str(PACKAGE)
    main()
