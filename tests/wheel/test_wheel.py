"""The sdist and the wheel made from it, in an environment that has nothing else of this project."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NETWORK = ROOT / "nets" / "brusselator.onnx"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """tools/wheel unpacks the sdist and builds the wheel from that alone."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run([ROOT / "tools" / "wheel", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(folder.glob("*.tar.gz"))) == 1
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """A fresh virtual environment with the wheel; nothing of the tree is on its paths."""
    folder = tmp_path_factory.mktemp("fresh") / "env"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", wheel], check=True)
    return folder


def run(environment, tmp_path, program, *arguments, **options):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FOLDPROOF"))}
    return subprocess.run([environment / "bin" / program, *arguments], cwd=tmp_path, env=clean, capture_output=True,
                          text=True, **options)


def python(environment, tmp_path, script):
    done = run(environment, tmp_path, "python", "-c", script)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_what_it_promises(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for name in ["foldproof/__init__.py", "foldproof/_core.pyi", "foldproof/py.typed", "foldproof/bin/foldproof",
                 "foldproof/bin/foldproof-check"]:
        assert name in names
    assert not [name for name in names if "highs" in name], "HiGHS comes from its own wheel"
    assert re.search(r"-manylinux_[0-9]+_[0-9]+_x86_64\.whl$|-manylinux_.*_aarch64\.whl$", wheel.name)
    assert not [name for name in names if re.search(r"test|\.cpp$|\.h$|\.a$", name)]


def test_every_library_has_its_licence(wheel):
    """The text that bundled.txt names for it, and every common licence that the text refers to."""
    files = zipfile.ZipFile(wheel)
    names = files.namelist()
    libraries = {name for name in names if name.startswith("foldproof.libs/")}
    (folder,) = {name.rpartition("/")[0] for name in names if name.endswith("licenses/LICENSE")}
    bundled = files.read(f"{folder}/bundled.txt").decode()
    listed = dict(re.findall(r"^(foldproof\.libs/\S+): (\S+); Debian source \S+ \S+$", bundled, re.MULTILINE))
    assert set(listed) == libraries and any("libgmp" in name for name in libraries)
    inside = re.findall(r"^compiled in: (\S+/\S+); ", bundled, re.MULTILINE)
    parts = {"libcli11-dev", "nlohmann-json3-dev", "nanobind", "plotly", "robin_map"}
    assert {text.split("/")[0] for text in inside} == parts
    for text in [*listed.values(), *inside]:
        words = files.read(f"{folder}/{text}").decode()
        assert "opyright" in words and len(words) > 500, text
        for name in re.findall(r"/usr/share/common-licenses/([\w.+-]*[\w+])", words):
            assert len(files.read(f"{folder}/common-licenses/{name}")) > 1000
    assert "Lesser" in files.read(f"{folder}/common-licenses/LGPL-3").decode()


def test_metadata_and_list_of_files_name_every_licence(wheel):
    files = zipfile.ZipFile(wheel)
    (metadata,) = [name for name in files.namelist() if name.endswith(".dist-info/METADATA")]
    folder = metadata.removesuffix("METADATA") + "licenses/"
    given = re.findall(r"^License-File: (.+)$", files.read(metadata).decode(), re.MULTILINE)
    assert sorted(given) == sorted(name.removeprefix(folder) for name in files.namelist() if name.startswith(folder))
    record = metadata.removesuffix("METADATA") + "RECORD"
    lines = [line.rsplit(",", 2) for line in files.read(record).decode().splitlines()]
    assert sorted(name for name, _, _ in lines) == sorted(files.namelist())
    for name, digest, size in lines:
        if name != record:
            content = files.read(name)
            expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            assert digest == f"sha256={expected}" and int(size) == len(content), name


def test_a_library_of_no_package_is_not_bundled(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import wheel_licences

    (tmp_path / "libmine.so.1").touch()
    with pytest.raises(wheel_licences.Missing, match=r"libmine\.so\.1 goes into the wheel and belongs to no Debian"):
        wheel_licences.package_of(str(tmp_path / "libmine.so.1"))
    with pytest.raises(wheel_licences.Missing, match="nowhere/copyright is missing"):
        wheel_licences.texts_of("nowhere")
    assert wheel_licences.original_name("foldproof.libs/libgmp-5be2ea2e.so.10.4.1") == "libgmp.so.10.4.1"


def test_solves_checks_and_reports_from_python(environment, tmp_path):
    script = f"""
import json, os, foldproof
net = foldproof.load({str(NETWORK)!r})
answer = foldproof.radius(net, at=[1, "2.1"], proof="fold.proof")
assert os.path.dirname(foldproof.__file__).startswith({str(environment)!r})
assert foldproof.check("fold.proof", net)
answer.report("fold.html")
print(json.dumps([answer.lower, answer.upper, answer.proof.checked, foldproof.__version__]))
"""
    lower, upper, checked, version = json.loads(python(environment, tmp_path, script))
    assert 0.81987 < lower < upper < 0.81988 and checked
    assert f'VERSION {version} ' in (ROOT / "CMakeLists.txt").read_text()
    page = (tmp_path / "fold.html").read_text()
    assert "0.81987" in page and len(page) > 4_000_000, "the page holds its plotting script"


def test_the_command_line_is_on_the_path(environment, tmp_path):
    done = run(environment, tmp_path, "foldproof", "radius", NETWORK, "--at", "1,2.1", "--proof", "fold.proof")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("proved invertible on the ball of radius 0.8198782")
    assert run(environment, tmp_path, "foldproof", "check", "fold.proof", NETWORK).stdout.startswith("accepted")
    weights = run(environment, tmp_path, "foldproof", "export", NETWORK).stdout
    (tmp_path / "fold.weights").write_text(weights)
    assert run(environment, tmp_path, "foldproof-check", "fold.proof", "fold.weights").returncode == 0
    assert run(environment, tmp_path, "foldproof", "radius", "missing.onnx", "--at", "1").returncode == 2


def test_brings_its_libraries(environment, tmp_path):
    """All but the C library and its companions is in the wheel, or in highsbox's."""
    folder = Path(python(environment, tmp_path, "import foldproof; print(foldproof.__path__[0])").strip())
    for file in [*folder.glob("_core*.so"), *(folder / "bin").iterdir()]:
        shown = subprocess.run(["ldd", file], capture_output=True, text=True).stdout
        linked = dict(re.findall(r"(\S+) => (\S+)", shown))
        outside = {name for name, place in linked.items() if not place.startswith(str(folder.parent))}
        assert outside <= {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libz.so.1", "libdl.so.2",
                           "libpthread.so.0", "librt.so.1"}, file


def test_types_are_installed(environment, tmp_path):
    (tmp_path / "use.py").write_text("""
import foldproof
from fractions import Fraction
answer = foldproof.radius("flow.onnx", at=[1, 2])
lower: float = answer.lower
exact: Fraction = answer.lower_exact
answer.verdict
""")
    folder = python(environment, tmp_path, "import foldproof; print(foldproof.__path__[0])").strip()
    command = [sys.executable, "-m", "mypy", "--python-executable", environment / "bin" / "python", "use.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert Path(folder, "py.typed").exists()
    errors = re.findall(r"error: .*", done.stdout)
    assert errors == ['error: "Radius" has no attribute "verdict"  [attr-defined]'], done.stdout


def test_import_is_quick_and_leaves_numpy_for_later(environment, tmp_path):
    heavy = ["numpy", "torch", "matplotlib", "tqdm"]
    script = f"import sys, foldproof; print([name for name in {heavy} if name in sys.modules])"
    assert python(environment, tmp_path, script).strip() == "[]"


def test_missing_libraries_are_named_at_once(tmp_path):
    done = subprocess.run(["cmake", "-S", ROOT, "-B", tmp_path, "-DFOLDPROOF_TESTS=OFF",
                           "-DFOLDPROOF_PYTHON_PACKAGE=OFF", "-DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON",
                           "-DCMAKE_DISABLE_FIND_PACKAGE_ONNX=ON"],
                          capture_output=True, text=True)
    assert done.returncode == 1
    assert "apt-get install libonnx-dev libcli11-dev" in " ".join(done.stderr.split())
