"""Checksums that tie a result to what it was made from (twin: checksums.R)."""

import hashlib


def sha256_text(text: str) -> str:
    """Hexadecimal SHA-256 of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_file(path: str) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def training_key(preprocessing: str, *parts) -> str:
    """Key of a training job: a checksum of everything that its numbers depend on.

    preprocessing.h5 holds the checksums of the data and of the splits, so its own checksum covers
    all three. `parts`: language, specification (JSON text), task, tuning metric, imbalance, seed. R
    builds the same text.
    """
    return sha256_text("|".join([sha256_file(preprocessing), *map(str, parts)]))
