"""What to expect of a model that is picked because it scored best."""

import warnings

import numpy as np
import pandas as pd

from omc.core.csv_files import number
from omc.core.names import DEVELOPMENT, FINAL
from omc.core.tables import ESTIMATES
from omc.evaluate.estimates import estimate
from omc.evaluate.intervals import ROUNDING
from omc.evaluate.metrics import METRICS
from omc.evaluate.predictions import Predictions, read_predictions
from omc.evaluate.ranking import shown_estimates
from omc.evaluate.reading import read_text
from omc.evaluate.scoring import score

# The picked models, as if they were one.
PICKED = ("picked", "picked")


def pick(
    dataset: dict, paths: dict, metrics: pd.DataFrame, ranking: list[dict], params: dict
) -> tuple[list[list], list[list]]:
    """Rows of selection.csv and of picks.csv of a data set; none if no model can be picked.

    Picking is a part of the training, and it is repeated in each outer training set: the model with
    the best inner predictions of a split is scored on the split's test samples, which had no part
    in the choice. These scores together estimate what a model that is picked for its score will do,
    free of the optimism of reporting the number by which it was chosen (nested selection: Varma &
    Simon 2006, doi:10.1186/1471-2105-7-91).

    dataset: dictionary of name, positive, metric and models; paths: of predictions,
    inner_predictions, splits and samples; metrics: table of `read_metrics`; ranking: rows of
    ranking.csv; params: scheme and seed. Baselines, and models without a value on some split, are
    never picked. Splits in which no model has inner predictions are left out.
    """
    name, metric = dataset["name"], dataset["metric"]
    where = {"dataset": name, "cohort": DEVELOPMENT, "metric": metric}
    where |= {"baseline": "false", "complete": "true"}
    best_first = [row for row in ranking if where.items() <= row.items()]
    complete = {f"{row['language']}/{row['model']}" for row in best_first}
    models = [model for model in dataset["models"] if model in complete]
    inner = inner_values(
        read_predictions(paths["inner_predictions"], dataset["positive"]), models, metric
    )
    picks = best_in_each(inner, METRICS[metric].sign)
    of_dataset = metrics[(metrics["dataset"] == name) & (metrics["cohort"] == DEVELOPMENT)]
    scores = of_picks(of_dataset[of_dataset["metric"] == metric], picks)
    splits = list(dict.fromkeys(of_dataset["split"]))
    left_out = [split for split in splits if split not in picks]
    if left_out and models:
        print(f"{name}: no model has inner predictions of {len(left_out)} of {len(splits)} splits")
    values = dict(zip(scores["split"], scores["value"], strict=True))
    picked = [
        [name, split, *model.split("/", 1), number(inner.at[split, model]), number(values[split])]
        for split, model in picks.items()
    ]
    expected = _estimated(dataset, paths, scores, picks, params) if picks else None
    if not expected or not expected["estimate"]:
        print(f"{name}: no model can be picked")
        return [], picked
    winner = best_first[0]
    optimism = METRICS[metric].sign * (float(winner["estimate"]) - float(expected["estimate"]))
    return [
        [
            name, metric, f"{winner['language']}/{winner['model']}", winner["estimate"],
            expected["estimate"], expected["ci_low"], expected["ci_high"], number(optimism),
            len(models), expected["n_splits"], expected["method"],
        ]
    ], picked  # fmt: skip


def inner_values(predictions: Predictions, models: list[str], metric: str) -> pd.DataFrame:
    """Table of splits x models on a metric, from their inner predictions; NaN if undefined.

    The mean over the inner folds on which the metric is defined. Predictions of several folds are
    not scored together: each fold has a model of its own, and these differ in level, since leaving
    out samples of a class makes the class rarer. Together, an uninformed but shrunken model would
    score below chance (see Airola et al. 2011, doi:10.1016/j.csda.2010.11.018, and
    tests/verification/picking.py), and a better model could lose against it.
    """
    rows = predictions.rows
    wanted = (rows["language"] + "/" + rows["model"]).isin(models) & (rows["split"] != FINAL)
    values: dict[str, dict] = {model: {} for model in models}
    keys = ("language", "model", "split", "inner_fold")
    for (language, model, split, _), fold in predictions.take(wanted.to_numpy()).by(*keys):
        of_split = values[f"{language}/{model}"].setdefault(split, [])
        of_split.append(score(fold, [metric])[metric])
    splits = list(dict.fromkeys(rows.loc[wanted, "split"]))
    table = pd.DataFrame(index=splits, columns=models, dtype=float)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Mean of empty slice")
        for model, of_model in values.items():
            for split, folds in of_model.items():
                table.at[split, model] = np.nanmean(folds)
    return table


def best_in_each(values: pd.DataFrame, sign: int) -> dict[str, str]:
    """The best model of each split; the first of equal ones, and no entry without a value.

    values: table of splits x models; sign: 1 if higher is better, else -1.
    """
    best = {}
    for split, row in (sign * values).iterrows():
        if row.notna().any():
            best[split] = row.index[row >= row.max() - ROUNDING][0]
    return best


def of_picks(table: pd.DataFrame, picks: dict[str, str]) -> pd.DataFrame:
    """The rows of a table with language, model and split that are of the picked models."""
    model = table["language"] + "/" + table["model"]
    return table[model == table["split"].map(picks)]


def _estimated(dataset: dict, paths: dict, scores, picks: dict[str, str], params: dict) -> dict:
    """The shown row of estimates.csv of the picks, computed as if they were one model.

    scores: the rows of metrics.csv of the picks, of the comparison metric.
    """
    language, model = PICKED
    predictions = of_picks(read_text(paths["predictions"]), picks)
    files = {
        "predictions": predictions.assign(language=language, model=model),
        "splits": paths["splits"],
        "samples": paths["samples"],
    }
    rows = estimate(
        scores.assign(language=language, model=model),
        {dataset["name"]: files},
        [dataset],
        params["scheme"],
        params["seed"],
    )
    shown = shown_estimates([dict(zip(ESTIMATES, map(str, row), strict=True)) for row in rows])
    return shown[DEVELOPMENT, dataset["metric"]]["/".join(PICKED)]
