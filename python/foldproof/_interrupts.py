"""Ctrl-C that waits where it would part what belongs together."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Interrupts:
    """From hold() to release(), SIGINT is noted; release() then hands it to whoever had it before.

    Python runs handlers of signals in its main thread only: elsewhere, and where SIGINT is ignored or ends the process,
    there is nothing to hold.
    """

    def __init__(self) -> None:
        self._before: Any = None  # the handler, while it is held
        self._noted = False

    def hold(self) -> None:
        if self._before is not None or threading.current_thread() is not threading.main_thread():
            return
        before = signal.getsignal(signal.SIGINT)
        if callable(before):
            self._before = before
            signal.signal(signal.SIGINT, self._note)

    def release(self) -> None:
        """@raises what the handler raises, mostly KeyboardInterrupt"""
        before, self._before = self._before, None
        if before is None:
            return
        signal.signal(signal.SIGINT, before)
        if self._noted:
            self._noted = False
            before(signal.SIGINT, None)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._noted = True
