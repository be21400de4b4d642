#!/usr/bin/env python3
"""Records what the published method answers here: paper/milp.json, the MILP column of `make paper`.

What.  Bisection over the mixed-integer programs of the paper (bench/baseline_milp.py) in Gurobi, for the radii of
Figs. 2 and 4 and of Table 1, one after the other, one thread each, to a relative gap of 1e-3.  The solver may stop a
program as soon as it is decided, which favours it.  Each question has a time limit; what was decided by then is kept.

Why.  `make paper` needs no Gurobi: it shows these recorded answers and says so.

Run:  python paper/milp.py [--only fig4]     (the packages of bench/requirements.txt; Gurobi's pip licence is enough)
"""

import argparse
import json
import os
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RECORDED = HERE / "milp.json"

sys.path.insert(0, str(ROOT / "bench"))
import measure  # noqa: E402
import run as bench  # noqa: E402

from questions import FIG2, FIG4, MILP_TABLE1  # noqa: E402


def ask(question):
    """One question as the baseline takes it; its answer without the history."""
    network = HERE / "nets" / f"{question.network}.onnx"
    command = [sys.executable, str(ROOT / "bench" / "baseline_milp.py"), str(network),
               f"--at={question.at}", "--solver", "gurobi", "--early-stop", "--question", question.command,
               "--limit", str(question.milp_limit), "--start", "8" if question.command == "pseudo" else "4"]
    if question.second:
        command += ["--second", str(HERE / "nets" / f"{question.second}.onnx")]
    for fixed in question.fix:
        command += ["--fix", fixed]
    busy = os.getloadavg()[0] > 1.5
    code, seconds, usage, text = measure.run(command, question.milp_limit + 60)
    answer = json.loads(text.splitlines()[-1]) if code == 0 else {"status": f"failed: exit code {code}"}
    if any(entry["verdict"] == "pair" for entry in answer.get("history", [])):
        last = [entry for entry in answer["history"] if entry["verdict"] == "pair"][-1]
        answer["pair"] = {key: last[key] for key in ("x", "y", "distance", "image_gap")}
    answer["largest_program"] = {key: max((e[key] for e in answer.get("history", [])), default=0)
                                 for key in ("variables", "rows", "binaries")}
    answer.pop("history", None)
    return answer | {"cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2), "limit": question.milp_limit,
                     "busy": busy, "date": time.strftime("%Y-%m-%d", time.gmtime())}


def main():
    parser = argparse.ArgumentParser(description="record the published method's answers")
    parser.add_argument("--only", default="", help="only questions whose name begins so")
    only = parser.parse_args().only
    recorded = bench.read(RECORDED, {"answers": {}})
    for question in FIG2 + FIG4 + MILP_TABLE1:
        if question.name.startswith(only):
            recorded["answers"][question.name] = answer = ask(question)
            recorded |= {"machine": bench.machine(), "gurobipy": metadata.version("gurobipy")}
            bench.write(RECORDED, recorded)
            print(f"{question.name}: {answer['status']}, {answer.get('lower')} to {answer.get('upper')}, "
                  f"{answer['cpu_seconds']} s", flush=True)


if __name__ == "__main__":
    main()
