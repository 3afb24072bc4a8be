"""Outputs appear by rename, each with a record of its SHA-256 that readers check (twin: records.R).

The record of `folder/name` is `folder/.sha256/name`, in the format of `sha256sum`: a line for the
file, or a line for each file of a folder but hidden ones, such as Snakemake's timestamp. What has
no record, such as the user's own files, is not checked.
"""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from omc.core.checksums import sha256_file
from omc.core.errors import UserError

FOLDER = ".sha256"


def partial_path(path: str) -> str:
    """Where an output stands until it is complete: beside its place, with the same ending."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".part-{name}")


def record_path(path: str) -> str:
    """Path of the record of a file or folder."""
    folder, name = os.path.split(os.path.normpath(path))
    return os.path.join(folder, FOLDER, name)


def record_text(path: str, name: str) -> str:
    """The record of a file or folder as it is now; name: of the file in its record."""
    if not os.path.isdir(path):
        return f"{sha256_file(path)}  {name}\n"
    files = (file for file in Path(path).rglob("[!.]*") if file.is_file())
    names = sorted(str(file.relative_to(path)) for file in files)
    return "".join(f"{sha256_file(os.path.join(path, name))}  {name}\n" for name in names)


def publish(path: str) -> None:
    """Record the checksum of an output that is complete, and move it to its place."""
    partial, record = partial_path(path), record_path(path)
    text = record_text(partial, os.path.basename(path))
    os.makedirs(os.path.dirname(record), exist_ok=True)
    with written(record) as file:
        Path(file).write_text(text, encoding="utf-8")
    os.replace(partial, path)


@contextmanager
def written(path: str):
    """Yield a path beside `path` to write to; the file moves to `path` when it is complete."""
    partial = partial_path(path)
    try:
        yield partial
        os.replace(partial, path)
    finally:
        remove(partial)


def remove(path: str) -> None:
    """Remove a file or folder, if there is one."""
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def differs(path: str) -> bool:
    """Whether a file or folder with a record is not the one that was recorded."""
    record = record_path(path)
    if not (os.path.exists(record) and os.path.exists(path)):
        return False
    return record_text(path, os.path.basename(path)).encode() != Path(record).read_bytes()


def check(paths) -> None:
    """UserError that names each file or folder that is not the one of its record."""
    wrong = [path for path in dict.fromkeys(map(str, paths)) if differs(path)]
    if wrong:
        raise UserError(
            "\n".join(
                f"{path}: it is not what the run wrote (its SHA-256 differs): delete it; the next"
                " run makes it again if it needs it"
                for path in wrong
            )
        )


def recorded(folder: str, datasets: list[str]) -> list[str]:
    """Paths of what has a record in a folder of a run and in those of its data sets.

    Others may be of other runs.
    """
    below = [Path(folder, name) for name in (*datasets, "validation")]
    records = [
        *Path(folder).glob(f"{FOLDER}/*"),
        *(r for f in below for r in f.rglob(f"{FOLDER}/*")),
    ]
    return sorted(str(record.parents[1] / record.name) for record in records)


def unrecorded(paths) -> list[str]:
    """Those of the paths that are there without a record."""
    return [p for p in paths if os.path.exists(p) and not os.path.exists(record_path(p))]
