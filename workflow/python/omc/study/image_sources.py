"""Image layers of the data sets and their cohorts: settings, images and shards."""

import hashlib
from collections.abc import Iterator

from omc.data.image_files import Image, in_shard, list_images, shard_names
from omc.study.canonical import canonical


def image_sources(name: str, dataset: dict) -> dict[str, dict]:
    """Settings of the image layers of a data set, by name; `key` is where each is configured.

    `{layer}`, and `{layer}-{cohort}` for a cohort that has other images.
    """
    sources = {}
    for layer, setting in dataset["layers"].items():
        if "images" in setting:
            sources[layer] = {**setting, "key": f"datasets.{name}.layers.{layer}"}
            for cohort, part in dataset["cohorts"].items():
                if part["layers"][layer] != setting:
                    key = f"datasets.{name}.cohorts.{cohort}.layers.{layer}"
                    sources[f"{layer}-{cohort}"] = {**part["layers"][layer], "key": key}
    return sources


class ImageSources:
    """The images of every source of every configured data set, as listed at the start.

    Iterating gives (data set, source).
    """

    def __init__(self):
        self._settings: dict[str, dict[str, dict]] = {}
        self._images: dict[tuple[str, str], list[Image]] = {}

    def add(self, name: str, dataset: dict) -> None:
        """List the images of a data set; UserError if there are none in one of its layers."""
        self._settings[name] = image_sources(name, dataset)
        for source, setting in self._settings[name].items():
            listed = list_images(setting["images"], setting["pattern"], setting["key"])
            self._images[name, source] = listed

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._images)

    def settings(self, dataset: str) -> dict[str, dict]:
        """Settings of the sources of a data set: see `image_sources`."""
        return self._settings[dataset]

    def shards(self, dataset: str, source: str) -> list[str]:
        """Names of the shards of a source's images."""
        shards = self._settings[dataset][source]["shards"]
        return shard_names(len(self._images[dataset, source]), shards)

    def in_shard(self, dataset: str, source: str, shard: str) -> list[Image]:
        """The images of one shard."""
        return in_shard(self._images[dataset, source], shard)

    def digest(self, dataset: str, source: str) -> str:
        """Checksum of the list of images: it changes when images are added or removed."""
        return hashlib.sha256(canonical(self._images[dataset, source]).encode()).hexdigest()
