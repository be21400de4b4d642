"""What tests of the package share."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BRUSSELATOR = ROOT / "nets" / "brusselator.onnx"
VANDERPOL = ROOT / "nets" / "vanderpol.onnx"


def without_effort(answer):
    """The record, without what differs from run to run."""
    record = dict(answer.record)
    record["proof"] = record["proof"] | {"check_seconds": None, "file": None}
    return record | {"effort": None}
