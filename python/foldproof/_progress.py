"""The bar of ``progress=True``: how much of the refuted radius is proved, and what is being done.

docs/tutorial.md explains its words to readers.
"""

from __future__ import annotations

import math
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

QUIET_SECONDS = 0.3  #: calls that are shorter show nothing
PLAIN_SECONDS = 3.0  #: between two lines where nothing can be overwritten, as in a log
SHORTEST_BAR = 10  #: columns


Listener = Callable[[dict[str, object]], None]


@contextmanager
def bar(bracketed: bool) -> Iterator[Listener]:
    """A function to be called with what is proved so far; `bracketed`: the answer is a radius between two bounds.

    The bar is gone when the call ends, however it ends: the answer says the rest.
    """
    in_notebook = _in_notebook()
    if not in_notebook and not sys.stderr.isatty():
        with _plain_lines(bracketed) as lines:
            yield lines
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a notebook without ipywidgets gets a bar of text, and need not be told
        from tqdm.auto import tqdm
    file = sys.stdout if in_notebook else sys.stderr  # what goes to stderr is red there
    shown: tqdm[Any] | None = None

    def listener(event: dict[str, object]) -> None:
        nonlocal shown
        news = cast("dict[str, Any]", event)
        if news["seconds"] < QUIET_SECONDS:
            return
        left, right = words(news, bracketed, None if in_notebook else _columns())
        form, share = f"{left} |{{bar}}| {right}", proved_share(news) if bracketed else 0.0
        if shown is None:
            shown = tqdm(total=1, initial=share, leave=False, bar_format=form, dynamic_ncols=True, file=file)
        shown.n, shown.bar_format = share, form
        shown.refresh()

    try:
        yield listener
    finally:
        if shown is not None:
            shown.total = None  # in a notebook, a bar that is not full would stay, in red
            shown.close()


def _in_notebook() -> bool:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel")


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return 80


@contextmanager
def _plain_lines(bracketed: bool) -> Iterator[Listener]:
    """For a log, where nothing can be overwritten; calls that had a line there get a last one."""
    begun, last = time.monotonic(), 0.0

    def listener(event: dict[str, object]) -> None:
        nonlocal last
        news = cast("dict[str, Any]", event)
        if news["seconds"] >= last + PLAIN_SECONDS:
            last = news["seconds"]
            print("foldproof:", *words(news, bracketed, None), file=sys.stderr, flush=True)

    try:
        yield listener
    finally:
        if last > 0:
            print(f"foldproof: ended after {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)


def proved_share(news: dict[str, Any]) -> float:
    """Of the refuted radius: 1 when the bracket is closed, 0 as long as nothing is refuted."""
    upper = news["upper"]
    return 0.0 if upper is None else 1.0 if upper == 0 else min(1.0, news["lower"] / upper)


def words(news: dict[str, Any], bracketed: bool, columns: int | None) -> tuple[str, str]:
    """Left and right of the bar; what matters least is left out of a narrow terminal first."""
    left = str(news["phase"])
    right = [f"{news['seconds']:.1f} s"]
    if bracketed:
        if news["upper"] is not None:
            left += f" {math.floor(1000 * proved_share(news)) / 10:.1f}%"
        refuted = "?" if news["upper"] is None else f"{news['upper']:.7g}"
        right.insert(0, f"[{news['lower']:.7g}, {refuted}]")
    for noun in ("regions", "pairs", "open"):
        counted = f"{short_count(news[noun])} {noun}"
        if news[noun] and (columns is None or len("  ".join([left, *right, counted])) + SHORTEST_BAR + 4 < columns):
            right.insert(-1, counted)
    return left, "  ".join(right)


def short_count(count: int) -> str:
    """1234 -> "1234", 45678 -> "45.7k", 12345678 -> "12.3M"."""
    if count < 10_000:
        return str(count)
    return f"{count / 1e3:.1f}k" if count < 10_000_000 else f"{count / 1e6:.1f}M"
