"""The images of a layer, and the shard in which each is processed.

Snakemake imports it at every start, so it imports nothing heavy and opens no image.
"""

import csv
import fnmatch
import math
import os
from typing import NamedTuple

from omc.core.errors import UserError, some
from omc.data.names import check_names

PER_SHARD = 500


class Image(NamedTuple):
    """An image of a sample; `name` is unique within the sample."""

    sample: str
    name: str
    path: str


def list_images(source: str, pattern: str, key: str) -> list[Image]:
    """The images of a layer, sorted by sample and name.

    source: a folder, or a sheet (.tsv, .csv) with columns `sample` and `image` (a path relative to
    the sheet). In a folder, an image belongs to the sample with the file's name without its ending;
    inside a folder under it, to the sample with that folder's name. pattern: of the file's name,
    such as *.png, in upper or lower case; not for sheets. key: the layer's key, for messages.
    """
    in_folder = os.path.isdir(source)
    try:
        images = _in_folder(source, pattern, key) if in_folder else _in_sheet(source, key)
    except OSError as error:
        raise UserError(
            f"{key}.images: {error.filename} cannot be read ({error.strerror}): repair it, or"
            " remove it from the folder"
        ) from error
    if not images:
        present = [entry.name for entry in os.scandir(source)] if in_folder else []
        raise UserError(
            f"{key}.images: no file of {source}, nor of the folders in it, has a name like"
            f" '{pattern}' (there: {some(sorted(present)) or 'nothing'}): correct {key}.pattern"
            if in_folder
            else f"{key}.images: {source} lists no image: give a row per image"
        )
    check_names((image.name for image in images), "image", f"{key}.images: {source}")
    seen = set()
    for image in images:
        if set(image.path) & set("{}"):
            raise UserError(
                f"{key}.images: '{image.path}' has braces, which Snakemake reads as wildcards:"
                " rename the file or folder"
            )
        if image[:2] in seen:
            raise UserError(
                f"{key}.images: sample '{image.sample}' has two images called '{image.name}'"
                f" (one is {image.path}): rename one, or list it once"
            )
        seen.add(image[:2])
    return sorted(images)


def _in_folder(source: str, pattern: str, key: str) -> list[Image]:
    def fits(entry) -> bool:
        named = fnmatch.fnmatchcase(entry.name.lower(), pattern.lower())
        if entry.name.startswith(".") or not named:
            return False
        if not os.path.exists(entry.path):
            raise UserError(
                f"{key}.images: {entry.path} is a broken link: correct it, or remove it"
            )
        return entry.is_file()

    images = []
    for entry in os.scandir(source):
        if entry.is_dir():
            real = os.path.realpath(entry.path)
            if os.path.commonpath([real, os.path.realpath(source)]) == real:
                raise UserError(
                    f"{key}.images: {entry.path} is a link to a folder that contains it: remove it"
                )
            images += [
                Image(entry.name, inner.name, inner.path)
                for inner in os.scandir(entry.path)
                if fits(inner)
            ]
        elif fits(entry):
            images.append(Image(os.path.splitext(entry.name)[0], entry.name, entry.path))
    return images


def _in_sheet(source: str, key: str) -> list[Image]:
    try:
        with open(source, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="," if source.endswith(".csv") else "\t")
            rows, columns = list(reader), reader.fieldnames or []
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(
            f"{key}.images: {source} is neither a folder nor a sheet (.tsv, .csv) of images"
        ) from error
    lacking = [name for name in ("sample", "image") if name not in columns]
    if lacking:
        raise UserError(
            f"{key}.images: the sheet {source} has no column '{lacking[0]}'"
            f" (columns: {some(columns, 12)}): name its columns sample and image"
        )
    for number, row in enumerate(rows, start=1):
        if row.get(None):  # type: ignore[call-overload]
            raise UserError(
                f"{key}.images: row {number} of {source} has more fields than the header: take the"
                " separators out, or name the columns"
            )
        if not (row["sample"] and row["image"]):
            raise UserError(
                f"{key}.images: row {number} of {source} lacks its sample or its image: fill it in,"
                " or take it out"
            )
    folder = os.path.dirname(source)
    images = [Image(r["sample"], r["image"], os.path.join(folder, r["image"])) for r in rows]
    missing = [image.path for image in images if not os.path.isfile(image.path)]
    if missing:
        raise UserError(
            f"{key}.images: {len(missing)} of {len(images)} images of {source} do not exist"
            f" ({some(missing)}): correct the sheet; its paths are relative to it"
        )
    return images


def shard_names(images: int, shards) -> list[str]:
    """Names of the shards of a layer: 1of20, 2of20 and so on; never more than images.

    shards: a number, or 'auto' for about PER_SHARD images in each.
    """
    count = math.ceil(images / PER_SHARD) if shards == "auto" else min(shards, images)
    return [f"{i}of{count}" for i in range(1, count + 1)]


def in_shard(images: list[Image], shard: str) -> list[Image]:
    """The images of one shard: contiguous in the list, so that a sample's images stay together."""
    index, count = (int(n) for n in shard.split("of"))
    return images[(index - 1) * len(images) // count : index * len(images) // count]
