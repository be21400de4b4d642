"""Runs one program on one case and measures it: wall clock, exit code, peak memory of the child.

Peak memory is the kernel's figure for the child (wait4).  It cannot fall below the memory of this process
at the fork, so this file and its callers import nothing big; the record's own figure is kept beside it.
"""

import json
import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def run(command, limit, one_thread=True):
    """(exit code, seconds, usage, standard output); past the limit it is asked to end, then killed."""
    environment = os.environ | (ONE_THREAD if one_thread else {})
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment)
        timers = [threading.Timer(limit, child.send_signal, [signal.SIGTERM]),
                  threading.Timer(limit + 10, child.kill)]
        for timer in timers:
            timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        for timer in timers:
            timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return child.returncode, seconds, usage, output.read().decode(errors="replace")


def foldproof(binary, network, case, threads, repeats):
    """Median seconds and peak memory over the repeats of the plain command, which prints bracket and pair; then the
    record once more with --json, whose picture would be charged to the search.  Slow cases run fewer times."""
    command = [str(binary), "radius", str(network), *case.network_options(), "--threads", str(threads),
               "--time", str(case.limit), "--quiet"]
    if case.max_radius:
        command += ["--max-radius", case.max_radius]
    times, processor, memory = [], [], 0.0
    while len(times) < repeats and sum(times) < 60:
        code, seconds, usage, _ = run(command, case.limit + 30, one_thread=False)
        times.append(seconds)
        processor.append(usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss / 1024)
    code, _, _, text = run([*command, "--json", "-"], case.limit + 30, one_thread=False)
    try:
        record = json.loads(text)
    except json.JSONDecodeError:
        return {"failed": f"exit code {code}, no record"}
    record.pop("picture", None)
    record["network"]["file"] = Path(record["network"]["file"]).name   # results are published: no paths of ours
    return {"seconds": statistics.median(times), "cpu_seconds": statistics.median(processor), "runs": len(times),
            "peak_mib": memory, "exit_code": code, "record": record}


def proof(binary, network, case, repeats):
    """The cost of proof on one thread: medians of the search without it (--no-check), of the search that writes it and
    of the checker as a process (as the record says, so they add up), and the checker's peak memory on its own."""
    command = [str(binary), "radius", str(network), *case.network_options(), "--threads", "1", "--time",
               str(case.limit), "--quiet", "--json", "-"]
    if case.max_radius:
        command += ["--max-radius", case.max_radius]
    records = {"bare": [], "full": []}
    with tempfile.TemporaryDirectory() as folder:
        kept, weights = Path(folder) / "kept.proof", Path(folder) / "kept.weights"
        while len(records["full"]) < repeats and sum(r["effort"]["seconds"] for r in records["full"]) < 30:
            for name, more in ("bare", ["--no-check"]), ("full", ["--proof", str(kept)]):
                _, _, _, text = run([*command, *more], case.limit + 60, one_thread=False)
                try:
                    records[name].append(json.loads(text))
                except json.JSONDecodeError:
                    return {"failed": "no record"}
        options = [option for option in case.network_options() if not option.startswith("--at")]
        run([str(binary), "export", str(network), *options, "-o", str(weights)], 60)
        code, seconds, usage, _ = run([str(binary) + "-check", str(kept), str(weights)], case.limit + 60)
    record = records["full"][-1]
    median = lambda name, part, key: statistics.median(r[part][key] for r in records[name])
    if not record["proof"]["checked"]:
        return {"failed": f"refused: {record['proof']['refused']}"}
    return {"bare_seconds": median("bare", "effort", "seconds"), "search_seconds": median("full", "effort", "seconds"),
            "check_seconds": median("full", "proof", "check_seconds"), "check_peak_mib": usage.ru_maxrss / 1024,
            "accepted": code == 0, "attempts": record["proof"]["attempts"], "runs": len(records["full"]),
            **{key: record["proof"][key] for key in ("bytes", "leaves", "pairs")}}


def baseline(python, network, case, method):
    """One baseline; its own JSON line with the measured peak memory, or how it failed."""
    options = [str(network), *case.network_options(), "--limit", str(case.limit)]
    if method.startswith("marabou"):
        factor = {"marabou-below": 0.98, "marabou-above": 1.02}[method]
        command = [python, str(HERE / "baseline_marabou.py"), *options, "--radius", f"{factor * case.known:.4f}"]
    else:
        command = [python, str(HERE / "baseline_milp.py"), *options, "--solver", method.removesuffix("-published")]
        if not method.endswith("-published"):
            command.append("--early-stop")
    busy = os.getloadavg()[0] > 0.5
    code, seconds, usage, text = run(command, case.limit + 30)
    lines = [line for line in text.splitlines() if line.startswith("{")]
    result = json.loads(lines[-1]) if lines else {"status": f"failed: exit code {code}", "seconds": round(seconds, 2)}
    return result | {"cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
                     "peak_mib": round(usage.ru_maxrss / 1024, 1), "limit": case.limit,
                     "busy": busy, "date": time.strftime("%Y-%m-%d", time.gmtime())}


def startup_seconds(binary, repeats=20):
    """Median time from starting the program to its end when it has nothing to do."""
    return statistics.median(run([str(binary), "--version"], 10)[1] for _ in range(repeats))


def verify_pair(python, network, case, record):
    """The record's pair evaluated again in rationals, by code that shares nothing with the program."""
    if not record.get("witness") or case.fix:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(record, file)
        file.flush()
        code, _, _, text = run([python, str(HERE / "verify_pair.py"), str(network), file.name], 120)
    return json.loads(text) if code == 0 else {"collides": None}


def versions(python):
    """Versions of the baselines' packages."""
    script = ("import importlib.metadata as m, json; print(json.dumps({n: m.version(n) for n in "
              "('gurobipy', 'highspy', 'pyscipopt', 'maraboupy')}))")
    code, _, _, text = run([python, "-c", script], 60)
    return json.loads(text) if code == 0 else {}
