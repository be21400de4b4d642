"""Adds to a wheel the licence texts of all that it holds of others, beside our own in dist-info/licenses.

    tools/wheel_licences.py BEFORE.whl AFTER.whl FOLDER

AFTER is BEFORE with shared libraries copied into it by auditwheel; the wheel with the texts goes to FOLDER. The texts
are those of the Debian packages that the libraries come from, with the licences that these refer to, and of what is
compiled in. bundled.txt says which file comes from which package and source. Without a text for each there is no wheel.
"""

import base64
import hashlib
import importlib.metadata
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

COMMON = Path("/usr/share/common-licenses")
#: Compiled into our own files: headers of Debian packages; nanobind with robin_map; plotly.js, in the pages.
HEADERS = ("libcli11-dev", "nlohmann-json3-dev")
PYTHON = ("nanobind", "plotly")
ROBIN_MAP = "nanobind/ext/robin_map/include/tsl/robin_map.h"


class Missing(Exception):
    """One sentence."""


def output_of(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


def places(before: zipfile.ZipFile) -> dict[str, str]:
    """Where the loader finds the libraries that the wheel's programs ask for, by the names of links and of files."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in before.namelist():
            if re.search(r"/bin/|\.so$", name):
                program = Path(before.extract(name, folder))
                program.chmod(0o755)
                found |= dict(re.findall(r"(\S+) => (/\S+)", output_of("ldd", str(program))))
    return found | {Path(place).resolve().name: place for place in found.values()}


def original_name(library: str) -> str:
    """The name before auditwheel put a hash into it."""
    return re.sub(r"-[0-9a-f]{8,}(?=\.so)", "", Path(library).name)


def package_of(file: str) -> str:
    """The Debian package that owns a file."""
    real = str(Path(file).resolve())
    for name in (file, real, "/usr" + file, "/usr" + real, real.removeprefix("/usr")):
        owner = re.match(r"([^\s:,]+)", output_of("dpkg-query", "--search", name))
        if owner:
            return owner[1]
    raise Missing(f"{file} goes into the wheel and belongs to no Debian package, so that its licence is not known; "
                  "install the library from a package")


def texts_of(package: str) -> dict[str, bytes]:
    """The licence of a Debian package, and the common licences that it refers to."""
    file = Path("/usr/share/doc") / package / "copyright"
    if not file.is_file():
        raise Missing(f"{file} is missing, the licence of a package that is in the wheel; install {package} again, "
                      "with its documentation")
    texts = {f"{package}/copyright": file.read_bytes()}
    text = texts[f"{package}/copyright"].decode("utf-8", "replace")
    for name in sorted(set(re.findall(rf"{COMMON}/([\w.+-]*[\w+])", text))):
        if not (COMMON / name).is_file():
            raise Missing(f"{COMMON / name} is missing, to which {file} refers; install base-files again")
        texts[f"common-licenses/{name}"] = (COMMON / name).read_bytes()
    return texts


def texts_of_python(name: str) -> dict[str, bytes]:
    """The licence files of an installed Python package."""
    files = [file for file in importlib.metadata.files(name) or [] if "licenses" in file.parts]
    if not files:
        raise Missing(f"the Python package {name} has no licence file; it is compiled into the wheel")
    return {f"{name}/{file.name}": file.read_binary() for file in files}


def text_of_robin_map() -> dict[str, bytes]:
    """A part of nanobind with a licence of its own: the comment at the top of its header."""
    files = [file for file in importlib.metadata.files("nanobind") or [] if file.as_posix() == ROBIN_MAP]
    comment = re.match(rb"/\*.*?\*/", files[0].read_binary(), re.DOTALL) if files else None
    if comment is None or b"opyright" not in comment[0]:
        raise Missing(f"{ROBIN_MAP} of the package nanobind does not begin with its licence; it is compiled into "
                      "the wheel")
    return {"robin_map/LICENSE": comment[0] + b"\n"}


def source_of(package: str) -> str:
    return output_of("dpkg-query", "--show", "--showformat", "${source:Package} ${source:Version}", package)


def collect(before: zipfile.ZipFile, after: zipfile.ZipFile) -> dict[str, bytes]:
    """All texts, by their names in dist-info/licenses."""
    known = places(before)
    texts: dict[str, bytes] = {}
    lines = ["What this wheel holds of others, and where its licence and source are. foldproof itself: LICENSE.", ""]
    for library in sorted(name for name in after.namelist() if re.search(r"\.libs/.", name)):
        place = known.get(original_name(library))
        if place is None:
            raise Missing(f"{library} is in the wheel, but not among the libraries that its programs load; its licence "
                          "is not known")
        package = package_of(place)
        texts |= texts_of(package)
        lines.append(f"{library}: {package}/copyright; Debian source {source_of(package)}")
    for package in HEADERS:
        texts |= texts_of(package)
        lines.append(f"compiled in: {package}/copyright; Debian source {source_of(package)}")
    for name in PYTHON:
        found = texts_of_python(name)
        texts |= found
        lines.append(f"compiled in: {', '.join(found)}; PyPI {name} {importlib.metadata.version(name)}")
    texts |= text_of_robin_map()
    lines.append(f"compiled in: robin_map/LICENSE; in PyPI nanobind {importlib.metadata.version('nanobind')}")
    return texts | {"bundled.txt": ("\n".join(lines) + "\n").encode()}


def record_line(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}"


def write(after: zipfile.ZipFile, texts: dict[str, bytes], out: Path) -> None:
    """The wheel again, its metadata and list of files with the texts."""
    (info,) = {name.split("/")[0] for name in after.namelist() if name.split("/")[0].endswith(".dist-info")}
    added = {f"{info}/licenses/{name}": content for name, content in texts.items()}
    metadata, record = f"{info}/METADATA", f"{info}/RECORD"
    entries = "".join(f"License-File: {name}\n" for name in sorted(texts))
    changed = re.sub(r"(?m)^License-File: LICENSE\n", lambda line: line[0] + entries, after.read(metadata).decode(), 1)
    if entries not in changed:
        raise Missing(f"{metadata} names no file LICENSE, beside which the others could be named")
    added[metadata] = changed.encode()
    kept = [line for line in after.read(record).decode().splitlines() if not line.startswith(f"{metadata},")]
    new = [record_line(name, content) for name, content in added.items()]
    added[record] = ("\n".join([*new, *kept]) + "\n").encode()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as wheel:
        for entry in after.infolist():
            if entry.filename not in added and not entry.is_dir():
                wheel.writestr(entry, after.read(entry), zipfile.ZIP_DEFLATED)
        for name, content in added.items():
            wheel.writestr(name, content)


def main(before: str, after: str, folder: str) -> None:
    with zipfile.ZipFile(before) as first, zipfile.ZipFile(after) as second:
        write(second, collect(first, second), Path(folder) / Path(after).name)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Missing as missing:
        sys.exit(f"tools/wheel: {missing}")
