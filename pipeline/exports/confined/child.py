"""The process that opens strangers' files: `python -m pipeline.exports.confined.child`.

The first line on standard input brings the layouts, as any later one may; each other line names
one file, what to do with it (read it, look at it, say which layout it fits), its limits and the
folder to write the answer into. Each is answered by one line on standard output. Only the parent
starts it, and it ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.exports import opening
from pipeline.exports.confined.limits import Limits, hold
from pipeline.exports.confined.looking import pack_layout, pack_look
from pipeline.exports.confined.parcel import pack
from pipeline.exports.layouts import Layout
from pipeline.exports.results import Reading

Read = Callable[[Path, str, Sequence[Layout], Mapping[str, str]], Reading]


def serve(read: Read = opening.read) -> None:
    """Answers requests until the input ends or a file has used up what it may take."""
    requests, answers = sys.stdin.buffer, _own_output()
    layouts: list[Layout] = []
    for line in requests:
        asked = json.loads(line)
        if "layouts" in asked:
            layouts = [Layout.model_validate(one) for one in asked["layouts"]]
            _say(answers, {"ready": True})
            continue
        answer = _answered(read, layouts, asked)
        _say(answers, answer)
        if "fault" in answer:
            # Whatever went wrong may have left its traces: the next file gets a new process.
            return


def _own_output() -> BinaryIO:
    """The way to the parent, which nothing but this module writes on."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


def _answered(read: Read, layouts: Sequence[Layout], asked: Mapping[str, Any]) -> dict[str, Any]:
    held = hold(Limits(**asked["limits"]))
    try:
        _do(read, layouts, asked)
    except BaseException as error:  # noqa: BLE001 - told to the parent, which refuses the file
        # Native readers raise what is no Exception, and this is where a file's harm must end.
        return {"fault": type(error).__name__}
    return {"held": held}


def _do(read: Read, layouts: Sequence[Layout], asked: Mapping[str, Any]) -> None:
    """Writes what was asked for into the folder."""
    path, name, folder = Path(asked["path"]), asked["name"], Path(asked["folder"])
    match asked["what"]:
        case "look":
            pack_look(path, name, folder)
        case "layout":
            pack_layout(path, layouts, folder)
        case _:
            answer = asked["answer"]
            pack(read(path, name, layouts, {name: answer} if answer else {}), folder)


def _say(answers: BinaryIO, what: Mapping[str, Any]) -> None:
    answers.write(json.dumps(what).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    serve()
