"""Predictions for tests, by the reader of predictions.csv."""

import numpy as np
import pandas as pd

from omc.evaluate.predictions import PROBABILITY, Predictions, parse


def predicted(truth, predicted, prob=None, classes=(), positive=None, **columns) -> Predictions:
    """truth, predicted: labels, or numbers; prob: (n, K), or None of a model without; other columns
    of predictions.csv by name."""
    table = pd.DataFrame({"truth": truth, "predicted": predicted, **columns}).astype(str)
    for k, label in enumerate(classes):
        table[PROBABILITY + label] = "" if prob is None else np.asarray(prob)[:, k].astype(str)
    return parse(table, positive)
