"""Predict test samples with shuffled features by the best scikit-learn model (twin: permute.R)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        from omc.learn.shuffling import shuffle_features

        shuffle_features(snakemake.input, snakemake.output[0], snakemake.params)
