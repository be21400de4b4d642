"""Orbits, maps and sweeps on the command line."""

import json
import shlex

import jsonschema
import numpy as np
import pytest

from networks import ROOT

NETS = ROOT / "tests" / "data" / "nets"
MAPS = ROOT / "maps"
SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text())


def obeys_schema(record):
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    return record


def euler(field, tau):
    return lambda x: x + tau * field(x)


BRUSSELATOR = euler(lambda x: np.array([1 - 3.1 * x[0] + x[0] ** 2 * x[1], 2.1 * x[0] - x[0] ** 2 * x[1]]), 0.15)
VAN_DER_POL = euler(lambda x: np.array([x[1], (1 - x[0] ** 2) * x[1] - x[0]]), 0.2)


@pytest.mark.parametrize("name, step", [("brusselator", BRUSSELATOR), ("vanderpol", VAN_DER_POL)])
def test_an_orbit_of_a_map_is_what_numpy_computes(program, tmp_path, name, step):
    csv = tmp_path / "orbit.csv"
    done = program.run("orbit", MAPS / f"{name}.field", "--at", "0.5,1", "--steps", "50", "--skip", "3", "-o", csv)
    assert done.returncode == 0, done.stderr
    x = np.array([0.5, 1.0])
    orbit = [x := step(x) for _ in range(53)][2:]
    assert np.loadtxt(csv, delimiter=",") == pytest.approx(np.array(orbit), rel=1e-9)


def test_an_orbit_of_a_network_follows_its_exact_values(program, tmp_path):
    csv = tmp_path / "orbit.csv"
    done = program.run("orbit", NETS / "brus3_b.onnx", "--fix", "2=2.3", "--at", "1,2.5", "--steps", "6", "-o", csv)
    assert done.returncode == 0, done.stderr
    points = np.loadtxt(csv, delimiter=",")
    assert len(points) == 7 and list(points[0]) == [1, 2.5]
    for before, after in zip(points, points[1:]):
        at = ",".join(repr(float(entry)) for entry in before)
        value = program.answer("info", NETS / "brus3_b.onnx", "--fix", "2=2.3", "--at", at)["value_double"]
        assert after == pytest.approx(value, rel=1e-12)


def test_an_orbit_says_where_it_ends(program, tmp_path):
    csv = tmp_path / "orbit.csv"
    map_file = MAPS / "brusselator.field"
    record = obeys_schema(program.answer("orbit", map_file, "--at", "1,2.5", "--skip", "3000", "-o", csv))
    assert record["kind"] == "closed curve" and len(record["points"]) == 1001
    assert record["map"]["constants"]["tau"] == "3/20" and "network" not in record
    record = obeys_schema(program.answer("orbit", map_file, "--set", "b=1.5", "--at", "1,2.5", "--skip", "3000", "-o", csv))
    assert record["kind"] == "fixed point" and record["points"][-1] == pytest.approx([1, 1.5])
    record = obeys_schema(program.answer("orbit", map_file, "--at", "50,50", "-o", csv))
    assert record["kind"] == "escapes" and record["escaped"] < 20
    record = obeys_schema(program.answer("orbit", NETS / "brus_A.onnx", "--at", "1,2.5", "--thin", "10", "-o", csv))
    assert record["stride"] == 101 and len(record["points"]) == 10 and record["network"]["inputs"] == 2


def test_bad_orbits_and_maps(program, tmp_path):
    map_file = MAPS / "brusselator.field"
    program.refuses("orbit", map_file, "--at", "1", says=["1 coordinates", "2 inputs"])
    program.refuses("orbit", map_file, "--at", "1,2", "--steps", "0", says=["--steps", "from 1"])
    program.refuses("orbit", map_file, "--at", "1,2", "--set", "nu=1", says=["no constant 'nu'", "a, b, tau"])
    program.refuses("orbit", map_file, "--at", "1,2", "--set", "tau", says=["NAME=VALUE"])
    program.refuses("orbit", map_file, "--at", "1,2", "--fix", "0=1", says=["--set"])
    program.refuses("orbit", NETS / "brus_A.onnx", "--at", "1,2", "--set", "b=1", says=["--fix"])
    program.refuses("orbit", NETS / "brus3_b.onnx", "--at", "1,2,3", says=["3 free inputs to 2 outputs", "--fix"])
    program.refuses("orbit", tmp_path / "none.field", "--at", "1,2", says=["cannot be read"])
    program.refuses("orbit", map_file, "--at", "1,2", "--json", "-", says=["-o orbit.csv"])
    broken = tmp_path / "broken.field"
    broken.write_text("x' = 1\ny' = 2 * (x +\ntau = 1\n")
    program.refuses("orbit", broken, "--at", "1,2", says=["broken.field, line 2, column"])
    broken.write_bytes(b"\xff\xfe\x00x' = 1")
    program.refuses("orbit", broken, "--at", "1,2", says=["line 1, column 1"])


def test_the_commands_of_the_page(program, tmp_path):
    page = (ROOT / "docs" / "dynamics.md").read_text()
    commands = [line for line in page.splitlines() if line.startswith("foldproof ")]
    assert len(commands) > 1
    for folder in ("maps", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    for command in commands:
        done = program.run(*shlex.split(command)[1:], cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr)
