"""The rooms of src are a ladder: each may include only its own headers and those of rooms before it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
ROOMS = ["number", "model", "dynamics", "bounds", "slope", "question", "search", "mip", "certificate", "report",
         "sweep", "cli", "python"]
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
# The record and the page: the report may not see how an answer was found.
HIDDEN_FROM = {"report": {"bounds", "slope", "search", "mip"}, "python": {"cli"}}


def wrong_includes(room, text):
    """The quoted includes of a file of `room` that climb the ladder, or leave it."""
    allowed = set(ROOMS[: ROOMS.index(room) + 1]) - HIDDEN_FROM.get(room, set()) | {"foldproof"}
    return [name for name in INCLUDE.findall(text) if name.split("/")[0] not in allowed]


def test_every_folder_is_a_room():
    assert {folder.name for folder in SOURCE.iterdir() if folder.is_dir()} <= set(ROOMS)


@pytest.mark.parametrize("room", [room for room in ROOMS if (SOURCE / room).is_dir()])
def test_includes_point_down(room):
    files = [file for file in (SOURCE / room).rglob("*") if file.suffix in (".h", ".cpp")]
    wrong = {str(file.relative_to(ROOT)): wrong_includes(room, file.read_text()) for file in files}
    assert {file: names for file, names in wrong.items() if names} == {}


def test_a_backward_include_is_noticed():
    assert wrong_includes("model", '#include <map>\n#include "number/rational.h"\n') == []
    assert wrong_includes("model", '#include "search/observer.h"\n') == ["search/observer.h"]
    assert wrong_includes("report", '#  include "slope/cube_test.h"\n') == ["slope/cube_test.h"]


def code_lines(text):
    """Lines that are neither empty nor comments."""
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith("//"))


def test_the_checker_is_alone():
    files = list((ROOT / "checker" / "src").iterdir())
    own = {file.name for file in files}
    for file in files:
        assert set(INCLUDE.findall(file.read_text())) <= own, file.name
    links = re.findall(r"target_link_libraries\(foldproof_checker ([^)]*)\)",
                       (ROOT / "checker" / "CMakeLists.txt").read_text())
    assert len(links) == 1 and "foldproof" not in links[0]
    for file in SOURCE.rglob("*.cpp"):
        assert "checker/" not in " ".join(INCLUDE.findall(file.read_text())), file.name
    for file in (ROOT / "checker" / "python").glob("*.py"):
        assert not re.search(r"^\s*(from|import) .*(foldproof|brute_force|networks)", file.read_text(), re.MULTILINE)


def test_the_checker_stays_small():
    """A ceiling to defend: what is trusted must be read by a person in an afternoon. Formats 2 and 3 ask six
    questions, of one network or of two, in three norms; format 1 had two, in one norm, and a ceiling of 1400."""
    assert sum(code_lines(file.read_text()) for file in (ROOT / "checker" / "src").iterdir()) <= 2400


def sources():
    """Code, build files and the scripts of tools; not data, nor the parts of pages."""
    for folder in ("bench", "checker", "cmake", "examples", "include", "paper", "python", "src", "tests", "tools"):
        for file in (ROOT / folder).rglob("*"):
            written_by_hand = file.suffix in (".h", ".cpp", ".py", ".cmake") or file.name == "CMakeLists.txt"
            if written_by_hand or (folder == "tools" and file.is_file() and not file.suffix):
                yield file.relative_to(ROOT).as_posix(), file.read_text()


def long_lines(text):
    """The numbers of the lines of more than 120 columns."""
    return [number for number, line in enumerate(text.splitlines(), 1) if len(line) > 120]


def test_lines_stay_short():
    assert {name: long_lines(text) for name, text in sources() if long_lines(text)} == {}


def test_a_long_line_is_noticed():
    names = [name for name, _ in sources()]
    assert {"src/cli/main.cpp", "python/foldproof/_plot.py", "tools/wheel", "tests/python/test_rooms.py"} <= set(names)
    assert long_lines("x" * 120 + "\n" + "\u00e9" * 120 + "\n" + "x" * 121 + "\n") == [3]


def test_files_stay_short():
    long = [str(file.relative_to(ROOT)) for folder in ("src", "include", "tests", "tools")
            for file in (ROOT / folder).rglob("*")
            if file.suffix in (".h", ".cpp", ".py", ".cmake") and len(file.read_text().splitlines()) > 600]
    assert long == []
