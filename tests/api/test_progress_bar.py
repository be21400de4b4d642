"""progress=True: a bar in a terminal and in a notebook, lines in a log, nothing for short calls, and nothing left
behind."""

import re
import subprocess
import sys

import nbclient
import nbformat
import pexpect
import pytest
from networks_api import NETS, ROOT

from foldproof._progress import proved_share, short_count, words

NEWS = {"phase": "global", "lower": 0.9999, "upper": 1.0, "local_lower": 0.5, "regions": 56366, "pairs": 0, "open": 12,
        "seconds": 3.21}
HARD = f"""
import foldproof
foldproof.radius({str(NETS / 'cb6_64x2.onnx')!r}, at="1,2.1,1,2.1,1,2.1", time=SECONDS, check=False, progress=True)
print("over", flush=True)
"""
SHORT = f"""
import foldproof
foldproof.radius({str(ROOT / 'nets' / 'brusselator.onnx')!r}, at=[1, "2.1"], progress=True)
print("over", flush=True)
"""
BROKEN = f"""
import foldproof, signal
def alarm(number, frame):
    raise TimeoutError("alarm")
signal.signal(signal.SIGALRM, alarm)
signal.setitimer(signal.ITIMER_REAL, 1.3)
try:
    foldproof.radius({str(NETS / 'cb6_64x2.onnx')!r}, at="1,2.1,1,2.1,1,2.1", check=False, progress=True)
except TimeoutError:
    print("over", flush=True)
"""


def on_terminal(text, columns=100):
    """What a program writes to a terminal, in frames."""
    child = pexpect.spawn(sys.executable, ["-c", text], dimensions=(24, columns), timeout=30, encoding="utf-8")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    return child.before.split("\r")


class TestTerminal:
    @pytest.mark.parametrize("text", [HARD.replace("SECONDS", "1.5"), BROKEN], ids=["time limit", "exception"])
    def test_a_long_search_has_a_bar_that_goes(self, text):
        frames = on_terminal(text)
        bars = [frame for frame in frames if "|" in frame]
        assert len(bars) >= 3 and all(len(bar) <= 100 for bar in bars)
        assert any("global" in bar and "%" in bar and "█" in bar and "regions" in bar and " s" in bar for bar in bars)
        last = max(k for k, frame in enumerate(frames) if "|" in frame)
        cleared, over = frames[last + 1], "".join(frames[last + 2:])
        assert cleared.strip() == "" and len(cleared) >= len(bars[-1]) and over.split() == ["over"]

    def test_a_narrow_terminal_keeps_what_matters(self):
        bars = [frame for frame in on_terminal(HARD.replace("SECONDS", "1.2"), columns=50) if "|" in frame]
        assert bars and all(len(bar) <= 50 for bar in bars)
        assert any("[" in bar and "]" in bar for bar in bars) and not any("open" in bar for bar in bars)

    def test_a_short_call_shows_nothing(self):
        assert "".join(on_terminal(SHORT)).split() == ["over"]


def test_a_log_gets_whole_lines_now_and_then():
    done = subprocess.run([sys.executable, "-c", HARD.replace("SECONDS", "3.3")], capture_output=True, text=True,
                          timeout=30)
    assert done.stdout == "over\n" and "\r" not in done.stderr
    line, last = done.stderr.splitlines()
    assert line.startswith("foldproof: global ") and "regions" in line and line.endswith(" s")
    assert re.fullmatch(r"foldproof: ended after \d\.\d s", last)


def test_a_notebook_has_a_bar_and_a_card():
    cells = [nbformat.v4.new_code_cell(text) for text in (
        HARD.replace("SECONDS", "1.5"), SHORT,
        f"foldproof.radius({str(ROOT / 'nets' / 'brusselator.onnx')!r}, at=[1, 2.1])", BROKEN)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60).execute()
    texts = ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]
    assert "global" in texts[0] and "|" in texts[0] and texts[0].split("\r")[-1].split() == ["over"]
    assert texts[1] == "over\n"
    (card,) = cells[2].outputs
    assert "One-to-one, up to a sharp limit" in card["data"]["text/html"] and "<img" in card["data"]["text/html"]
    assert card["data"]["text/plain"].startswith("<Radius: proved to 0.81")
    assert texts[3].split("\r")[-1].split() == ["over"]
    assert not any(output.get("name") == "stderr" for cell in cells for output in cell.outputs)


class TestWords:
    def test_the_share_is_never_rounded_up_to_the_whole(self):
        left, right = words(NEWS | {"lower": 0.99999}, True, None)
        assert left == "global 99.9%" and right == "[0.99999, 1]  56.4k regions  12 open  3.2 s"

    def test_without_a_refuted_radius_there_is_no_share(self):
        assert words(NEWS | {"upper": None}, True, None) == ("global", "[0.9999, ?]  56.4k regions  12 open  3.2 s")
        assert proved_share(NEWS | {"upper": None}) == 0 and proved_share(NEWS | {"lower": 0, "upper": 0}) == 1

    def test_questions_without_a_radius_have_none(self):
        assert words(NEWS | {"phase": "locus"}, False, None) == ("locus", "56.4k regions  12 open  3.2 s")

    def test_counts_are_short(self):
        counts = [short_count(count) for count in (0, 9999, 10000, 45678, 12345678)]
        assert counts == ["0", "9999", "10.0k", "45.7k", "12.3M"]
