"""The file of a sweep that can be taken up again: a line that says what is asked, then one line per answer.

Only the end of such a file can be damaged, by a machine or a run that was killed while it wrote: a last line that is
not whole is cut off. Everything else that does not fit is refused, so that no file of anyone is changed by mistake.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from typing import Any

from ._core import InputError


def hash_of(asked: Any) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


class SweepFile:
    """Answers by place: point * (questions at a point) + question. Places are kept in memory, answers are not."""

    def __init__(self, path: str, head: dict[str, Any]) -> None:
        self._path = path
        self._head = head | {"sha256": hash_of(head)}
        self._begun = False
        self._places: dict[int, int] = {}  # where in the file the line begins
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise InputError(f"{path}: the results cannot be kept there ({error.strerror}); check the path") from None
        try:
            self._lock()
            self._read()
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self._places)

    def take(self, place: int, asked: Any) -> str | None:
        """The record of an answer that is there, once. @raises InputError if it is the answer to something else."""
        begin = self._places.pop(place, None)
        if begin is None:
            return None
        line = json.loads(self._line(begin))
        if line["asked"] != self._key(asked):
            raise InputError(f"{self._path}: its answer to point {line['index']} is about {line['point']}, which is "
                             "not that point of this sweep; give the same points in the same order, or another file")
        return json.dumps(line["answer"], separators=(",", ":"))

    def append(self, place: int, asked: dict[str, Any], record: str) -> None:
        """Written and handed to the system, in one piece."""
        if not self._begun:
            self._write(json.dumps(self._head) + "\n")
            self._begun = True
        start = json.dumps({"place": place, **asked, "asked": self._key(asked)})
        self._write(f'{start[:-1]}, "answer": {record}}}\n')

    def close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1  # Ctrl-C between the two must not have it closed twice
            os.close(descriptor)

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            self.close()

    def _key(self, asked: Any) -> str:
        return hash_of([self._head["sha256"], asked])[:32]

    def _write(self, text: str) -> None:
        rest = text.encode()
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest):]
        except OSError as error:
            raise InputError(f"{self._path}: an answer could not be written ({error.strerror}); those before it are "
                             "kept, make room and run the sweep again") from None

    def _lock(self) -> None:
        # Held by this process alone, not by those that it forks: it is gone when the process is.
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise InputError(f"{self._path} is being written by another sweep; "
                             "wait for it, or give another file") from None
        except OSError:
            pass  # a file system without locks

    def _line(self, begin: int) -> bytes:
        pieces: list[bytes] = []
        while not pieces or (pieces[-1] and b"\n" not in pieces[-1]):
            pieces.append(os.pread(self._descriptor, 1 << 16, begin + sum(map(len, pieces))))
        return b"".join(pieces).split(b"\n", 1)[0]

    def _read(self) -> None:
        begin, number = 0, 0
        with open(self._descriptor, "rb", closefd=False) as file:  # closing any descriptor would give up the lock
            for line in file:
                number += 1
                whole = line.endswith(b"\n")
                entry = _entry(line) if whole else None
                if entry is None:
                    self._repair(begin, number, line, last=begin + len(line) == os.fstat(self._descriptor).st_size)
                    return
                if number == 1:
                    self._compare(entry)
                elif isinstance(entry.get("place"), int) and {"asked", "answer", "index", "point"} <= entry.keys():
                    self._places[entry["place"]] = begin
                else:
                    raise InputError(f"{self._path}, line {number}: not an answer of a sweep; give another file")
                begin += len(line)

    def _repair(self, begin: int, number: int, line: bytes, last: bool) -> None:
        ours = json.dumps(self._head).encode()
        if number == 1 and not ours.startswith(line):
            raise InputError(f"{self._path} is not a file of results of a sweep; give another file")
        if not last:
            raise InputError(f"{self._path}, line {number}: not an answer of a sweep; the file was changed, "
                             "give another")
        os.ftruncate(self._descriptor, begin)

    def _compare(self, head: dict[str, Any]) -> None:
        if head.get("results") != "sweep":
            raise InputError(f"{self._path} is not a file of results of a sweep; give another file")
        if head.get("sha256") != self._head["sha256"]:
            other = [name for name in self._head if name != "sha256" and head.get(name) != self._head[name]]
            raise InputError(f"{self._path} holds the results of another sweep (its {' and '.join(other) or 'head'} "
                             "differ); give another file, or ask the same as then")
        self._begun = True


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
