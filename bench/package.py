"""What a call from Python costs over the same call from C++, and what importing the package costs.

What.  The calls of call.cpp (Google Benchmark) are made from Python, in the same minutes, with the same options; both
write the record without its picture, and Python reads it.  Why.  The package promises an import under 0.2 s and less
than a millisecond over the C++ call.

Run:  cmake -S . -B build -DFOLDPROOF_BENCH=ON -DFOLDPROOF_PYTHON_PACKAGE=ON && cmake --build build
      .venv/bin/python bench/package.py      (writes bench/package.json and prints it; run.py --page then shows it)
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "package.json"
QUESTIONS = {"toy1d": ("paper/nets/toy1d.onnx", ["-1"]), "brus_A": ("tests/data/nets/brus_A.onnx", ["1", "2.1"])}
ROUNDS = 5


def per_call(work, least_seconds=0.5):
    """Seconds per call, over at least this long."""
    calls, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < least_seconds:
        work()
        calls += 1
    return spent / calls


def from_cpp():
    output = subprocess.run([ROOT / "build" / "foldproof_call", "--benchmark_format=json", "--benchmark_min_time=0.5"],
                            check=True, capture_output=True, text=True).stdout
    return {entry["name"]: entry["real_time"] / 1000 for entry in json.loads(output)["benchmarks"]}


def from_python():
    import foldproof

    def ask(name):
        file, at = QUESTIONS[name]
        net = foldproof.load(ROOT / file)
        return lambda: foldproof.radius(net, at=at, threads=1, check=False).lower

    return {"ask/toy1d": per_call(ask("toy1d")), "ask/brus_A": per_call(ask("brus_A")),
            "load/brus_A": per_call(lambda: foldproof.load(ROOT / QUESTIONS["brus_A"][0]))}


def import_seconds(modules):
    """A fresh interpreter's own clock around the import, the interpreter's start left out."""
    script = f"import time; began = time.perf_counter(); import {modules}; print(time.perf_counter() - began)"
    return statistics.median(float(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True,
                                                  text=True, env=os.environ | {"PYTHONPATH": package()}).stdout)
                             for _ in range(11))


def package():
    return str(ROOT / "build" / "python")


def measure():
    sys.path.insert(0, package())
    rounds = [(from_cpp(), from_python()) for _ in range(ROUNDS)]
    calls = {name: {"cpp": statistics.median(cpp[name] for cpp, _ in rounds),
                    "python": statistics.median(python[name] for _, python in rounds)} for name in rounds[0][0]}
    return {"date": time.strftime("%Y-%m-%d", time.gmtime()), "load_at_start": round(os.getloadavg()[0], 1),
            "calls": calls, "import": {"foldproof": import_seconds("foldproof"), "numpy": import_seconds("numpy")}}


def section(results):
    """The lines of PERFORMANCE.md."""
    names = {"ask/toy1d": "radius, toy1d at -1", "ask/brus_A": "radius, brus_A at (1,2.1)",
             "load/brus_A": "load, brus_A"}
    rows = [f"| {names[name]} | {1000 * call['cpp']:.2f} | {1000 * call['python']:.2f} | "
            f"{1000 * (call['python'] - call['cpp']):+.2f} |" for name, call in results["calls"].items()]
    return ["## The Python package", "",
            f"`bench/package.py`, {results['date']}: the same call from C++ and from Python, on one thread without the "
            "checker; both write the record, and Python reads it. Goal: less than 1 ms over C++.", "",
            "| call | C++, ms | Python, ms | over C++, ms |", "|---|---|---|---|", *rows, "",
            f"`import foldproof` takes {1000 * results['import']['foldproof']:.0f} ms (goal 200); NumPy, which it "
            f"leaves for the first array, takes {1000 * results['import']['numpy']:.0f} ms.", ""]


if __name__ == "__main__":
    RESULTS.write_text(json.dumps(measure(), indent=1) + "\n")
    print("\n".join(section(json.loads(RESULTS.read_text()))))
