"""Checksums that tie a result to what it was made from, and the seeds that come from names."""

import hashlib


def sha256_file(path: str) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def training_key(preprocessing: str, *parts) -> str:
    """What a training job's numbers depend on: the preprocessing file and its own parameters.

    preprocessing.h5 carries the checksums of the data and of the splits, so its checksum stands
    for all three. `parts`: language, specification (JSON text), task, tuning metric, imbalance,
    seed. The R twin builds the same text.
    """
    text = "|".join([sha256_file(preprocessing), *map(str, parts)])
    return hashlib.sha256(text.encode()).hexdigest()
