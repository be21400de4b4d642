"""Paths, and what answers write besides their record: pages, and surfaces for 3-D viewers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ._core import InputError


def path_text(path: object, where: str) -> str:
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(f"{where}: {path!r} is not a path; give a text or a pathlib.Path")
    return str(os.fspath(path))


def write_text(path: str | os.PathLike[str], text: str, what: str) -> None:
    name = path_text(path, what)
    try:
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError(f"{name}: the {what} cannot be written ({error.strerror}); "
                         "check the path") from None


def ply(record: Mapping[str, Any]) -> str:
    """The surface of a record of j0, in the form of `foldproof j0 --ply`."""
    if len(record["box"]) != 3:
        raise InputError("ply: only the fold of a network with three inputs is a surface, and this one has "
                         f"{len(record['box'])}; its points and lines are in the answer")
    if record["proof"]["refused"]:
        raise InputError("ply: the checker refused the proof of this answer, so there is no surface that is claimed; "
                         "please report this")
    points, triangles, flats = record["points"], record["triangles"], record["flats"]
    lines = ["ply", "format ascii 1.0", f"comment J0 of a neural network, by foldproof {record['foldproof']}",
             f"element vertex {len(points)}", *(f"property double {axis}" for axis in "xyz"),
             f"element face {len(triangles) + len(flats)}", "property list uchar int vertex_indices",
             "property uchar flat", "end_header", *(" ".join(map(repr, point)) for point in points)]
    for flat, faces in ((0, triangles), (1, flats)):
        lines += [" ".join(map(str, (len(face), *face, flat))) for face in faces]
    return "\n".join(lines) + "\n"
