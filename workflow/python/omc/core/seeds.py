"""Seeds from names: the same on any number of cores, batches and machines (twin: seeds.R)."""

from omc.core.checksums import sha256_text


def fit_seed(seed, dataset, language, model, split, fit) -> int:
    """Seed of one fit: 28 bits of the SHA-256 of its names."""
    text = f"{seed}|{dataset}|{language}|{model}|{split}|{fit}"
    return int(sha256_text(text)[:7], 16)
