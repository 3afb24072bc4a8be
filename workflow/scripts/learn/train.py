"""Train one scikit-learn model on a batch of splits, or tune a part of it (twin: train.R)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        from omc.learn.job import Settings
        from omc.learn.running import run_job

        params = snakemake.params
        run_job(
            snakemake.input,
            snakemake.output,
            Settings(
                dataset=params.dataset,
                model=snakemake.wildcards.model,
                spec=json.loads(params.spec),
                task=params.task,
                tuning_metric=params.tuning_metric,
                imbalance=params.imbalance,
                seed=params.seed,
            ),
            params.spec,
            (params.batch_index, params.batch_count),
            params.part,
            snakemake.log[0],
        )
