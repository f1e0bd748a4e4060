"""The next file is read by the child while the one before it is taken into the books.

Reading ahead stops at a file whose rows are held in memory: those of two files never are.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from pipeline.exports.confined.lending import lent_reader
from pipeline.exports.confined.reader import ConfinedReader
from pipeline.exports.layouts import Layout
from pipeline.exports.results import FrameSource, Reading

#: Size, time and number of a file; None when it is not there.
Stamp = tuple[int, int, int] | None


def stamp(path: Path) -> Stamp:
    """What tells whether a file was written to."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return (stat.st_size, stat.st_mtime_ns, stat.st_ino)


@contextmanager
def read_in_turn(
    layouts: Sequence[Layout], files: Sequence[tuple[Path, str]], answers: Mapping[str, str]
) -> Iterator[Iterator[tuple[Reading, Stamp]]]:
    """The reading of each (path, name) in turn, with the file's stamp from before it was read.

    Raises CountbackError when no process that reads can be started.
    """
    if not files:
        yield iter(())
        return
    # Whatever is being read ahead is waited for before the reader is given back.
    with lent_reader(layouts) as reader, closing(_in_turn(reader, files, answers)) as readings:
        yield readings


def _in_turn(
    reader: ConfinedReader, files: Sequence[tuple[Path, str]], answers: Mapping[str, str]
) -> Generator[tuple[Reading, Stamp]]:
    def read(path: Path, name: str) -> tuple[Reading, Stamp]:
        before = stamp(path)
        return reader.read(path, name, answers), before

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading-ahead") as beside:
        ahead: Future[tuple[Reading, Stamp]] | None = None
        for place, file in enumerate(files):
            found = (ahead or beside.submit(read, *file)).result()
            holds_rows = isinstance(found[0].source, FrameSource)
            is_last = place + 1 == len(files)
            ahead = None if holds_rows or is_last else beside.submit(read, *files[place + 1])
            yield found
