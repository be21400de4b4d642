"""What a worker of a sweep does: one question at one point, whatever executor it came through.

A task names its network by a hash. A worker that does not hold it says so, and the task comes again with the network;
so a network travels to each worker about once, also to workers that join late or are started again.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from . import _questions
from ._core import InputError, version
from ._model import Network

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Task:
    serial: int  #: never the same twice: Dask would take equal tasks for one
    version: str
    question: str
    network: str  #: hash of `source`
    source: Any  #: what Network is made of; None: the worker is thought to have it
    name: str
    fix: dict[int, str]
    outputs: tuple[int, ...]
    point: list[Any]  #: exact texts
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    kind: str  #: "answer" | "absent" (the network) | "version" | "input" | "bug": why there is no answer
    text: str  #: the record on one line, or a sentence
    worker: str = field(default_factory=lambda: f"{os.uname().nodename} {os.getpid()} {threading.get_ident()}")


class _Recent(Generic[K, V]):
    """The entries that were used last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key]

    def keep(self, key: K, value: V) -> None:
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            if len(self._entries) > self._most:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


_sources: _Recent[str, Any] = _Recent(256)
_networks: _Recent[tuple[Any, ...], Network] = _Recent(256)
atexit.register(_networks.clear)  # the extension complains of objects that outlive it


def hash_of(source: Any) -> str:
    """Of what a network is made of: the bytes of a file, or layers of arrays."""
    digest = hashlib.sha256()
    for part in [source] if isinstance(source, bytes) else [array for layer in source for array in layer]:
        digest.update(b"file" if isinstance(part, bytes) else repr(part.shape).encode())
        digest.update(part if isinstance(part, bytes) else part.tobytes())
    return digest.hexdigest()


def ask(task: Task) -> Reply:
    """Everything that can happen to a point comes back as a reply; an exception is the executor's."""
    if task.version != version():
        return Reply("version", version())
    try:
        network = _network(task)
        if network is None:
            return Reply("absent", "")
        return Reply("answer", _asked(task, network))
    except InputError as error:
        return Reply("input", str(error))
    except MemoryError:
        return Reply("bug", "there was not enough memory for this point; use fewer workers")
    except Exception as error:
        return Reply("bug", f"foldproof failed at this point, which is a bug: {type(error).__name__}: {error}")


def _network(task: Task) -> Network | None:
    key = (task.network, task.name, tuple(task.fix.items()), task.outputs)
    network = _networks.get(key)
    if network is None:
        source = task.source if task.source is not None else _sources.get(task.network)
        if source is None:
            return None
        _sources.keep(task.network, source)
        network = Network(source, task.name, task.fix, task.outputs)
        _networks.keep(key, network)
    return network


def _asked(task: Task, network: Network) -> str:
    where = {"injective": "box", "preimages": "of"}.get(task.question, "at")
    answer = getattr(_questions, task.question)(network, **{where: task.point}, **task.options)
    return json.dumps(json.loads(answer.to_json(picture=False)), separators=(",", ":"))
