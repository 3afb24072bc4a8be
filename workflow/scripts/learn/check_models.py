"""Try every scikit-learn model on a small part of a data set (twin: check_models.R)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(input, output: str, specs: list[dict], of_dataset: dict, log: str) -> None:
    """of_dataset: what the training of each of these models is told of the data set."""
    import time
    from functools import cache

    from omc.core.errors import UserError
    from omc.learn.batch import Data
    from omc.learn.job import Settings
    from omc.learn.models import build
    from omc.learn.processes import train_guarded

    @cache
    def load(splits: str, preprocessing: str):
        data = Data(input.data, input.samples, splits, preprocessing, of_dataset["task"])
        split = next(iter(data.splits))
        data.load([split])
        return data, split

    def failure(spec, estimator):
        """Why a model fails. What only the cut is too small for is no failure."""
        settings = Settings(model=spec["name"], spec=spec, **of_dataset)
        failures = []
        for part in (
            (input.cut_splits, input.cut_preprocessing),
            (input.splits, input.preprocessing),
        ):
            data, split = load(*part)
            failures = train_guarded(data, settings, estimator, split).failures
            if not failures:
                return None
        return failures[-1][1]

    problems, done = [], []
    for spec in specs:
        began = time.perf_counter()
        try:
            estimator = build(spec, of_dataset["task"], of_dataset["imbalance"], spec["key"])
            why = failure(spec, estimator)
        except UserError as error:
            problems.append(str(error))
            continue
        if why:
            problems.append(sentence(spec, of_dataset["dataset"], why, log))
        done.append(f"{spec['name']}: {why or 'done'}")
        print(f"{done[-1]} ({time.perf_counter() - began:.1f} s)", flush=True)
    if problems:
        raise UserError("\n".join(problems))
    Path(output).write_text("\n".join(done) + "\n", encoding="utf-8")


def sentence(spec: dict, dataset: str, why: str, log: str) -> str:
    import json

    params = f" {json.dumps(spec['params'], ensure_ascii=False)}" if spec["params"] else ""
    return (
        f"{spec['key']}: '{spec['name']}'{params} fails on {dataset}: {why.rstrip('.')}."
        f" Change its params or grid, or take it out (log: {log})"
    )


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
            snakemake.log[0],
        )
