#!/usr/bin/env python3
"""Asks foldproof every question of the paper's experiments and keeps the records: paper/out/answers.json.

What.  For each question the program is run once, with its own check of the proof.  Kept are the record (--json), the
command as a reader would type it, and the wall clock of the whole process.  page.py makes the page from this file.

Run:  python3 paper/ask.py [--program build/foldproof]     (the standard library is enough)
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from questions import FIGURES, PICTURED, QUESTIONS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUT = HERE / "out"


def machine():
    """Processor and cores; nothing that names the machine."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else 'unknown processor'}, {os.cpu_count()} cores"


LEFT_OUT = {"box", "network", "networks", "picture", "pictures"}


def slim(record):
    """Without what the page does not show, coordinates to nine digits; all of it stays in the record's own file."""
    if isinstance(record, list):
        return [float(f"{entry:.9g}") if isinstance(entry, float) else slim(entry) for entry in record]
    if not isinstance(record, dict):
        return record
    return {key: slim(value) for key, value in record.items() if key not in LEFT_OUT and not key.endswith("_exact")}


def ask(program, name, arguments):
    """One run, from the root of the project so that the command is the reader's own."""
    file = OUT / (re.sub(r"[^A-Za-z0-9.-]+", "_", name) + ".json")
    file.unlink(missing_ok=True)
    began = time.perf_counter()
    command = [str(program), *arguments, "--quiet", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1) or not file.exists():
        sys.exit(f"paper/ask.py: {name} ended with exit code {done.returncode}\n{done.stderr}{done.stdout}")
    record = json.loads(file.read_text())
    kept = {"picture": record["picture"]} if name == PICTURED else {}
    return {"command": " ".join(["foldproof", *arguments]), "seconds": seconds, "record": slim(record) | kept}


def main():
    parser = argparse.ArgumentParser(description="ask foldproof the questions of the paper")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "foldproof")
    program = parser.parse_args().program.resolve()
    OUT.mkdir(exist_ok=True)
    began = time.perf_counter()
    answers = {}
    for name, arguments in [(q.name, q.arguments("paper/nets")) for q in QUESTIONS] + FIGURES:
        answers[name] = ask(program, name, arguments)
        print(f"{name}: {answers[name]['seconds']:.2f} s", flush=True)
    file = OUT / "answers.json"
    file.write_text(json.dumps({"machine": machine(), "date": time.strftime("%Y-%m-%d", time.gmtime()),
                                "seconds": time.perf_counter() - began, "answers": answers}))
    print(f"{len(answers)} questions in {time.perf_counter() - began:.0f} s: {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
