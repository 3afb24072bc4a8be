"""Train one scikit-learn model on a batch of splits, or tune a part of it (twin: train.R)."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.learn.processes import limits_of
        from omc.learn.running import run_job

        limits = limits_of(snakemake.resources)
        run_job(snakemake.input, snakemake.output, snakemake.params, snakemake.log[0], limits)
