"""Seeds from names: the same on any number of cores, in any batch, on any machine."""

import hashlib


def fit_seed(seed, dataset, language, model, split, fit) -> int:
    """Seed of one fit: 28 bits of the SHA-256 of its names (twin: seeds.R)."""
    text = f"{seed}|{dataset}|{language}|{model}|{split}|{fit}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:7], 16)
