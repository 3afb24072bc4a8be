"""Try every scikit-learn model on a small part of a data set (twin: check_models.R)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        from omc.learn.trial import try_models

        params = snakemake.params
        try_models(
            snakemake.input,
            snakemake.output[0],
            json.loads(params.models),
            dict(
                dataset=params.dataset,
                task=params.task,
                tuning_metric=params.tuning_metric,
                imbalance=params.imbalance,
                seed=params.seed,
            ),
            snakemake.log[0],
        )
