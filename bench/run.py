#!/usr/bin/env python3
"""The comparison: foldproof and the baselines on the same cases, one after the other.

Run:  python bench/run.py [--recorded] [--public DIR] [--only TEXT] [--baselines a,b] [--repeats 5]
      python bench/run.py --page            (only rewrite PERFORMANCE.md from results.json)

Without --recorded every baseline runs anew (some for their full five minutes) and is kept in
bench/baseline_results.json with its date; with --recorded those results are reused and only foldproof runs.
A fresh foldproof measurement updates its case in bench/results.json; PERFORMANCE.md is written from that file.
Needs the packages of bench/requirements.txt for the baselines.  See bench/README.md.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import further
import measure
import performance
from cases import CASES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS, RECORDED = HERE / "results.json", HERE / "baseline_results.json"


def machine():
    """Processor, cores and memory; nothing that names the machine."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"processor": model, "cores": os.cpu_count(), "memory_gib": round(pages / 2 ** 30)}


def read(path, default):
    return json.loads(path.read_text()) if path.exists() else default


def write(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def show(name, measured, baselines):
    """One case on the terminal."""
    if "failed" in measured:
        print(f"{name}: {measured['failed']}")
        return
    record = measured["record"]
    print(f"{name}: {performance.radius(record)}, {record['limit']}, {record['status']}; "
          f"{measured['seconds']:.3f} s, {measured['peak_mib']:.0f} MiB")
    for method, other in baselines.items():
        if other["status"].startswith("failed"):
            print(f"    {method}: {other['status']}")
            continue
        done = performance.finished(other)
        print(f"    {performance.METHODS[method]}: {performance.baseline_answer(other)}; "
              f"{performance.charged(other)} s, "
              f"ratio {performance.ratio(performance.charged(other), measured['seconds'], done)}")


def measure_case(case, network, arguments, recorded):
    """Everything about one case.  Fresh baselines are kept at once, so that an interrupted run loses nothing."""
    baselines = {}
    for method in case.baselines:
        known = recorded.get(case.name, {}).get(method)
        if arguments.baselines is not None and method not in arguments.baselines:
            fresh = False
        else:
            fresh = not arguments.recorded
        if fresh:
            known = measure.baseline(arguments.python, network, case, method)
            recorded.setdefault(case.name, {})[method] = known
            write(RECORDED, recorded)
        if known:
            baselines[method] = known
    result = {"target": case.target, "note": case.note, "baselines": baselines}
    one = measure.foldproof(arguments.binary, network, case, 1, arguments.repeats)
    result["foldproof"] = one
    if "failed" not in one:
        if one["seconds"] > 1:
            result["foldproof_2"] = measure.foldproof(arguments.binary, network, case, 2, arguments.repeats)
        result["proof"] = measure.proof(arguments.binary, network, case, arguments.repeats)
        result["pair"] = measure.verify_pair(arguments.python, network, case, one["record"])
    show(case.name, one, baselines)
    return result


def main():
    parser = argparse.ArgumentParser(description="foldproof beside the baselines")
    parser.add_argument("--binary", type=Path, default=ROOT / "build" / "foldproof")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the baselines' packages")
    parser.add_argument("--public", type=Path, help="folder with public networks (reach_prob_density, acasxu)")
    parser.add_argument("--recorded", action="store_true", help="reuse bench/baseline_results.json")
    parser.add_argument("--baselines", type=lambda text: text.split(","), help="run only these baselines anew")
    parser.add_argument("--only", help="only cases whose name contains this")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--page", action="store_true", help="only rewrite PERFORMANCE.md")
    arguments = parser.parse_args()

    results = read(RESULTS, {"cases": {}})
    if not arguments.page:
        load = os.getloadavg()[0]
        if load > 0.5:
            print(f"the machine is busy (load {load:.1f}): times will be too long")
        recorded = read(RECORDED, {})
        for case in CASES:
            if (case.public and not arguments.public) or (arguments.only and arguments.only not in case.name):
                continue
            folder = arguments.public if case.public else ROOT / "tests" / "data" / "nets"
            results["cases"][case.name] = measure_case(case, folder / case.network, arguments, recorded)
        order = {case.name: k for k, case in enumerate(CASES)}
        results["cases"] = dict(sorted(results["cases"].items(), key=lambda item: order.get(item[0], len(order))))
        further.run_all(arguments, results.setdefault("questions", {}), recorded, lambda: write(RECORDED, recorded))
        results |= {"date": time.strftime("%Y-%m-%d", time.gmtime()), "machine": machine(),
                    "versions": measure.versions(arguments.python) or results.get("versions", {}),
                    "load_at_start": round(load, 1),
                    "startup_seconds": measure.startup_seconds(arguments.binary),
                    "commands": ["make build", "pip install -r bench/requirements.txt",
                                 "python bench/run.py               # everything anew: an hour",
                                 "python bench/run.py --recorded    # baselines from bench/baseline_results.json"]}
        write(RESULTS, results)
    (ROOT / "PERFORMANCE.md").write_text(performance.page(results))


if __name__ == "__main__":
    main()
