"""Predictions for tests, by the reader of predictions.csv."""

import numpy as np
import pandas as pd

from omc.core.survival import OUTCOME, Censoring, survival_columns, uncensored_columns
from omc.evaluate.predictions import PROBABILITY, Predictions, parse


def predicted(truth, predicted, prob=None, classes=(), positive=None, **columns) -> Predictions:
    """truth, predicted: labels, or numbers; prob: (n, K), or None of a model without; other columns
    of predictions.csv by name."""
    table = pd.DataFrame({"truth": truth, "predicted": predicted, **columns}).astype(str)
    for k, label in enumerate(classes):
        table[PROBABILITY + label] = "" if prob is None else np.asarray(prob)[:, k].astype(str)
    return parse(table, positive)


def predicted_survival(
    time, event, risk, survival=None, horizons=(1.0,), train=None, **columns
) -> Predictions:
    """time, event, risk: (n,); survival: (n, H), or None of a model without; train: structured
    outcome of the training samples, by default those that are tested."""
    outcome = np.empty(len(time), dtype=OUTCOME)
    outcome["time"], outcome["event"] = time, event
    censoring = Censoring(outcome if train is None else train)
    table = pd.DataFrame({"time": time, "event": np.asarray(event, dtype=int), **columns})
    table["risk"] = risk
    for h, name in enumerate(survival_columns(horizons)):
        table[name] = "" if survival is None else np.asarray(survival)[:, h]
    known = [censoring.at(outcome["time"]), *(censoring.at([h])[0] for h in horizons)]
    for name, values in zip(uncensored_columns(horizons), known, strict=True):
        table[name] = values
    return parse(table.astype(str), None)
