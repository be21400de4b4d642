"""The example on the first screen of the README is what the program prints."""

import re
import shlex

from networks import ROOT

BRACKET = re.compile(r"proved invertible on the ball of radius ([0-9.]+), refuted at ([0-9.]+) \((\w+)\)")


def test_the_first_example(program):
    readme = (ROOT / "README.md").read_text()
    command, shown = re.search(r"\$ build/foldproof (.*)\n(.*)\n", readme).groups()
    done = program.run(*shlex.split(command), cwd=ROOT)
    assert done.returncode == 0, done.stderr
    lower, upper, kind = BRACKET.match(done.stdout).groups()
    shown_lower, shown_upper, shown_kind = BRACKET.match(shown).groups()
    # Any two true brackets overlap.
    assert kind == shown_kind
    assert float(lower) <= float(shown_upper) and float(shown_lower) <= float(upper)
