"""Predict test samples with shuffled features by the best scikit-learn model (twin: permute.R)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(input, output: str, specs: list[dict], of_dataset: dict) -> None:
    """specs: of all models of the language; of_dataset: what their training is told of the data.

    Writes only the header where the plan has no model, or the data set no split that suits.
    """
    import time

    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import PERMUTED
    from omc.learn.batch import Data
    from omc.learn.job import Settings
    from omc.learn.models import build
    from omc.learn.shuffling import chosen_splits, failed_splits, permute_split, read_evaluated

    plan = read_csv(input.plan)
    plan = [r for r in plan if (r["dataset"], r["language"]) == (of_dataset["dataset"], "python")]
    data = Data(input.data, input.samples, input.splits, input.preprocessing, of_dataset["task"])
    rows = []
    splits = chosen_splits(data) if plan else []
    if splits:
        spec = next(spec for spec in specs if spec["name"] == plan[0]["model"])
        settings = Settings(model=spec["name"], spec=spec, **of_dataset)
        estimator = build(spec, settings.task, settings.imbalance, spec["key"])
        evaluated = read_evaluated(input.tuning, settings)
        failed = failed_splits(input.failures, settings)
        features = [row["feature"] for row in plan]
        data.load(splits)
    began = time.process_time()
    for split in splits:
        try:
            found = permute_split(
                data, settings, estimator, split, evaluated.get(split, []), features
            )
            rows += [[split, feature, n, *row[1:]] for feature, n, row in found]
        except Exception as error:
            if split not in failed:
                raise
            # As in the run.
            print(f"{split}: left out: {error}", flush=True)
    print(f"fitted and predicted in {time.process_time() - began:.2f} CPU s", flush=True)
    write_csv(output, [*PERMUTED, *(f"prob_{c}" for c in data.classes)], rows)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        params = snakemake.params
        main(
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
        )
