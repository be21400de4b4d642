"""What tests of the package share."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from networks import PROGRAM  # noqa: E402

BRUSSELATOR = ROOT / "nets" / "brusselator.onnx"
NETS = ROOT / "tests" / "data" / "nets"
PACKAGE = os.environ.get("FOLDPROOF_PACKAGE", str(ROOT / "build" / "python"))
COUPLED = NETS / "cb4_32x2.onnx"
COUPLED_AT = ["1", "2.1", "1", "2.1"]
VANDERPOL = ROOT / "nets" / "vanderpol.onnx"


def without_effort(answer):
    """The record, without what differs from run to run."""
    record = dict(answer.record)
    record["proof"] = record["proof"] | {"check_seconds": None, "file": None}
    return record | {"effort": None}


def expect_the_coupled_radius(answer):
    """At COUPLED_AT."""
    assert answer.status == "solved" and answer.limit == "fold"
    assert answer.lower < 1.4101976 < answer.upper + 1e-7 and answer.upper - answer.lower < 1e-6 * answer.upper
    assert answer.proof.checked and answer.proof.pairs > 1000


def command_line(*arguments):
    """The record that the program writes."""
    done = subprocess.run([PROGRAM, *map(str, arguments), "--json", "-"], capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)
