"""Predict test samples with shuffled features by the best scikit-learn model (twin: permute.R)."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.learn.start import load_scikit_learn

        load_scikit_learn()
        from omc.learn.shuffling import shuffle_features

        shuffle_features(snakemake.input, snakemake.output[0], snakemake.params)
