"""The fenced code blocks of a Markdown page, run as a reader would run them.

What.  A page's blocks run from top to bottom in one temporary folder. `python` blocks share one namespace. An `output`
block is compared with what the one above it printed (`output-about`: but for the numbers). `bash` blocks run in bash.
Of a `console` block the lines that begin with `$ ` are run, and what they print is compared with the lines under them.
A `usage` block holds a command per line, each followed by words that say what it does.

The folder has the repository's networks at their usual places, so that a block works as it stands in the root too.

tests/docs runs every page with this file; tools/site.py uses it for the pictures that pages save.
"""

import contextlib
import io
import math
import os
import re
import shutil
import subprocess
import sys
import textwrap
import traceback
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(os.environ.get("FOLDPROOF", ROOT / "build" / "foldproof")).resolve()
PACKAGE = PROGRAM.parent / "python"

FENCE = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^ *```[ \t]*$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"(?<![A-Za-z_])-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
UNIT = re.compile(r"# (?:ns|µs|ms|s|min)\b")
BRACKET = re.compile(r"radius ([0-9.]+), refuted at ([0-9.]+)")
# What a usage line may end with: answered, refuted, stopped by the time limit that is added to slow ones.
ANSWERED, REFUTED, STOPPED = 0, 1, 3


@dataclass(frozen=True)
class Block:
    kind: str
    text: str
    line: int   # of the page, from 1: where the block's first line stands


class BlockError(Exception):
    """A block that does not do what its page says."""


def blocks(markdown):
    return [Block(found[2], textwrap.dedent(found[3]), markdown[:found.start()].count("\n") + 2)
            for found in FENCE.finditer(markdown)]


def furnish(folder):
    """The networks, maps and programs that pages speak of."""
    for name in ("nets", "maps", "paper/nets", "tests/data", "checker", "examples"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(ROOT / name)
    (folder / "build").mkdir()
    for program in (PROGRAM, PROGRAM.parent / "foldproof-check", PACKAGE):
        if program.exists():
            (folder / "build" / program.name).symlink_to(program)
    for name, net in (("flow", "paper/nets/vdp_res1"), ("NET", "nets/brusselator"), ("A", "paper/nets/vdp_A"),
                      ("B", "paper/nets/vdp_B7")):
        shutil.copy(ROOT / f"{net}.onnx", folder / f"{name}.onnx")


def environment(folder):
    path = os.pathsep.join([str(folder / "build"), str(Path(sys.executable).parent), os.environ["PATH"]])
    packages = os.pathsep.join(filter(None, [str(PACKAGE), os.environ.get("PYTHONPATH", "")]))
    return os.environ | {"PATH": path, "PYTHONPATH": packages, "MPLBACKEND": "svg"}


def shell(command, folder, accepted=(ANSWERED,)):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment(folder), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode not in accepted:
        raise BlockError(f"exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def same_words(shown, printed, numbers=False):
    """Equal up to numbers, which times and threads change; brackets of one radius must overlap. `numbers`: they must
    agree to three digits."""
    masked = [UNIT.sub("# s", NUMBER.sub("#", text)).split() for text in (shown, printed)]
    if masked[0] != masked[1]:
        return False
    pairs = zip(BRACKET.findall(shown), BRACKET.findall(printed))
    if not all(float(a) <= float(d) and float(c) <= float(b) for (a, b), (c, d) in pairs):
        return False
    values = [[float(number.replace(",", "")) for number in NUMBER.findall(text)] for text in (shown, printed)]
    return not numbers or all(math.isclose(a, b, rel_tol=1e-3) for a, b in zip(*values))


def run_console(text, folder):
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
        printed = shell(command, folder, (ANSWERED, REFUTED))
        if not same_words(shown, printed):
            raise BlockError(f"$ {command}\nis shown to print\n{shown}\nand prints\n{printed}")


def run_usage(text, folder):
    for line in text.splitlines():
        command = re.sub(r"\s*\[[^\]]*\]", "", re.split(r"\s{2,}", line.strip())[0])
        if not command:
            continue
        slow = "--method mip" in command
        if slow:
            command = re.sub(r" --time \S+", "", command) + " --time 1"
        shell(command, folder, (ANSWERED, REFUTED) + (STOPPED,) * slow)


def run_python(text, namespace, page, line):
    """Runs with the page's line numbers, so that a traceback points into it."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * (line - 1) + text, page, "exec"), namespace)
    except Exception:
        raise BlockError(f"{traceback.format_exc()}\nprinted until then:\n{printed.getvalue()}") from None
    return printed.getvalue()


def run_page(page, folder):
    """Runs all blocks of a page in an empty folder; its Python blocks in this process, with the folder as their own."""
    folder = Path(folder)
    furnish(folder)
    page = Path(page)
    namespace = {"__name__": "__main__"}
    found, printed = blocks(page.read_text()), ""
    if any(block.kind == "usage" for block in found):
        shell("foldproof radius NET.onnx --at 1,2.1 --proof fold.proof --json result.json --quiet", folder)
    before, variables = Path.cwd(), dict(os.environ)
    os.chdir(folder)
    os.environ.update(environment(folder))
    if str(PACKAGE) not in sys.path:
        sys.path.insert(0, str(PACKAGE))
    try:
        for block in found:
            try:
                if block.kind == "python":
                    printed = run_python(block.text, namespace, str(page), block.line)
                elif (block.kind in ("output", "output-about") and
                      not same_words(block.text, printed, block.kind == "output")):
                    raise BlockError(f"the block above is shown to print\n{block.text}\nand prints\n{printed}")
                elif block.kind == "bash":
                    shell(block.text, folder)
                elif block.kind == "console":
                    run_console(block.text, folder)
                elif block.kind == "usage":
                    run_usage(block.text, folder)
            except BlockError as error:
                raise BlockError(f"{page}:{block.line}: {error}") from None
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(variables)
    return namespace
