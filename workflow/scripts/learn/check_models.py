"""Try every scikit-learn model on a small part of a data set (twin: check_models.R)."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.learn.start import load_scikit_learn

        load_scikit_learn()
        from omc.learn.trial import try_models

        try_models(snakemake.input, snakemake.output, snakemake.params, snakemake.log[0])
