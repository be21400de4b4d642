"""Every code block of README, docs/ and examples/README.md runs, or is compared with what it is about."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from code_blocks import PROGRAM, BlockError, blocks, run_page, same_words  # noqa: E402

PAGES = [ROOT / "README.md", ROOT / "examples" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUN = {"python", "output", "output-about", "bash", "console", "usage"}
# What tests below look at in other ways; only `bibtex`, and of `text` all but the targets of make, is not looked at.
OTHER = {"cpp", "cmake", "field", "text", "bibtex"}


def of_kind(kind):
    return [(page, block) for page in PAGES for block in blocks(page.read_text()) if block.kind == kind]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_do_what_the_page_says(page, tmp_path):
    run_page(page, tmp_path)


def test_no_block_escapes_by_its_kind():
    for page in PAGES:
        for block in blocks(page.read_text()):
            assert block.kind in RUN | OTHER, f"{page}:{block.line}: no test looks at blocks of kind {block.kind!r}"


def test_cpp_blocks_compile(tmp_path):
    found = of_kind("cpp")
    assert found
    functions = [f"void f{k}() {{\n{block.text}}}\n" for k, (_, block) in enumerate(found)]
    text = "#include <foldproof/foldproof.h>\n" + "".join(functions)
    (tmp_path / "blocks.cpp").write_text(text)
    done = subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-I", ROOT / "include", tmp_path / "blocks.cpp"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_cmake_blocks_are_those_of_the_example_project():
    example = (ROOT / "examples" / "cpp" / "CMakeLists.txt").read_text().splitlines()
    for page, block in of_kind("cmake"):
        for line in block.text.splitlines():
            assert line.replace("(mine ", "(largest_ball ") in example, f"{page}: {line}"


def test_field_blocks_are_the_bundled_maps(tmp_path):
    def preimages(field):
        return subprocess.run([PROGRAM, "preimages", field, "--of", "1,2", "--quiet"], capture_output=True, text=True,
                              check=True).stdout

    for page, block in of_kind("field"):
        (tmp_path / "block.field").write_text(block.text)
        answers = [re.sub(r"[\d.]+ m?s", "", preimages(field))
                   for field in (tmp_path / "block.field", ROOT / "maps" / "brusselator.field")]
        assert answers[0] == answers[1], page


def test_targets_of_make_exist():
    makefile = (ROOT / "Makefile").read_text()
    for page, block in of_kind("text"):
        for target in re.findall(r"^make (\w+)", block.text, re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page} speaks of 'make {target}'"


def test_the_version_to_cite_is_the_program_s():
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"version = {{{version}}}" in (ROOT / "docs" / "citing.md").read_text()


@pytest.mark.parametrize("page, says", [
    ("```python\n1 / 0\n```\n", "ZeroDivisionError"),
    ("1. In a list:\n\n    ```python\n    1 / 0\n    ```\n", "ZeroDivisionError"),
    ("```python\nprint(1)\n```\n\n```output\none\n```\n", "is shown to print"),
    ("```python\nprint('radius', 1.25)\n```\n\n```output\nradius 1.26\n```\n", "is shown to print"),
    ("```bash\nfoldproof radius missing.onnx --at 0\n```\n", "exit code 2"),
    ("```console\n$ foldproof --version\nfolder 0.1.0\n```\n", "is shown to print"),
    ("```usage\nfoldproof radius NET.onnx --at 1    too few numbers\n```\n", "exit code 2"),
])
def test_a_wrong_block_is_noticed(page, says, tmp_path):
    (tmp_path / "page.md").write_text(page)
    (tmp_path / "folder").mkdir()
    with pytest.raises(BlockError, match=says):
        run_page(tmp_path / "page.md", tmp_path / "folder")


def test_brackets_that_exclude_each_other_are_noticed():
    shown = "proved invertible on the ball of radius 0.8198782, refuted at 0.8198790 (fold)"
    assert same_words(shown, shown.replace("0.8198782", "0.8198785"))
    assert not same_words(shown, "proved invertible on the ball of radius 0.8198791, refuted at 0.8198799 (fold)")
    assert not same_words(shown, shown.replace("fold", "flat"))
