"""Train one scikit-learn model on a batch of splits, or tune a part of it (twin: train.R)."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.learn.start import load_scikit_learn

        load_scikit_learn()
        from omc.learn.attempts import noted
        from omc.learn.processes import limits_of
        from omc.learn.running import run_job

        log, limits = snakemake.log[0], limits_of(snakemake.resources)
        with noted(log, snakemake.rule, snakemake.resources) as killed:
            run_job(snakemake.input, snakemake.output, snakemake.params, log, limits, killed)
