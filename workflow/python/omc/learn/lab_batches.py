"""The lab batches of a data set's samples, and whether each fit can be corrected for them."""

from collections import defaultdict

import numpy as np
import pandas as pd

from omc.core.errors import UserError, some
from omc.data.association import is_measurement
from omc.data.matrix import axis_names, sheet_columns
from omc.data.sheet_columns import feature_columns
from omc.learn.batch_effects import LabBatches

KEY = "preprocessing.batch"


def lab_batches(data: str, setting: dict) -> LabBatches:
    """The lab batches of all samples of a data set.

    data: path of data.h5ad; setting: column, method, covariates and dataset, its name. With the
    method residualise, a column of measurements is a term, and all samples are of one lab batch.
    """
    samples = axis_names(data, "obs")
    labels, *covariates = sheet_columns(data).values()
    names, level = np.unique(labels, return_inverse=True)
    terms = [np.ones((len(samples), 1))]
    if setting["method"] == "residualise" and is_measurement(setting["column"], labels):
        terms.append(labels.astype(float)[:, None])
        names, level = np.array(["all"]), np.zeros_like(level)
        print(f"{KEY}: '{setting['column']}' is taken as a number", flush=True)
    else:
        print(f"{KEY}: {len(names)} lab batches ({some(names)})", flush=True)
    where = f"the sample sheet of {setting['dataset']}"
    for name, cells in zip(setting["covariates"], covariates, strict=True):
        cells = pd.Series(cells, samples)
        columns = feature_columns(cells, name, None, f"{KEY}.covariates", where)
        # With all indicators of the levels, the columns would sum up to a lab batch's.
        terms.append(columns.to_numpy()[:, columns.shape[1] > 1 :])
    return LabBatches(np.array(samples, dtype=object), list(names), level, np.hstack(terms))


def check_fits(lab: LabBatches, splits: list[dict], setting: dict) -> None:
    """Refuse fits that cannot correct: UserError names data set, split, inner fold, and the fix.

    lab: of all samples; splits: rows of splits.csv; setting: see `lab_batches`, and unseen. With
    unseen: uncorrected, prints which samples stay as they are.
    """
    row_of = {name: row for row, name in enumerate(lab.samples)}
    rows_of_split = defaultdict(list)
    for row in splits:
        rows_of_split[row["split"]].append((row_of[row["sample"]], int(row["inner_fold"] or 0)))
    for split, part in rows_of_split.items():
        rows, inner = np.array(part).T
        train = inner > 0
        for fit in [0, *np.unique(inner[train])]:
            held_out = inner == fit
            where = f"split {split}" + (f", inner fold {fit}" if fit else "")
            training = lab.take(rows[train & ~held_out])
            _check_design(training, where, setting)
            _check_seen(training, lab.take(rows[held_out]), where, setting)


def _check_design(training: LabBatches, where: str, setting: dict) -> None:
    """Refuse covariates that the lab batches determine."""
    design = training.design()
    if np.linalg.matrix_rank(design / np.linalg.norm(design, axis=0)) < design.shape[1]:
        raise UserError(
            f"{KEY}.covariates: {setting['dataset']}, {where}: the lab batches of"
            f" '{setting['column']}' and {', '.join(setting['covariates'])} are confounded in the"
            " training samples, so that their effects cannot be told apart: take a covariate out"
        )


def _check_seen(training: LabBatches, others: LabBatches, where: str, setting: dict) -> None:
    """Refuse samples of lab batches that the training samples of a fit lack, or say so."""
    unseen = ~np.isin(others.level, training.level)
    if not unseen.any():
        return
    names = [lab_name for i, lab_name in enumerate(others.names) if i in others.level[unseen]]
    found = f"{setting['dataset']}, {where}: {unseen.sum()} sample(s) of lab batch {some(names)}"
    if setting["unseen"] == "uncorrected":
        print(f"{found} stay uncorrected: no training sample is in it", flush=True)
        return
    stratify = f"datasets.{setting['dataset']}.stratify_by: [{setting['column']}]"
    raise UserError(
        f"{KEY}.unseen: {found} ({some(others.samples[unseen])}) cannot be corrected, as no"
        f" training sample is in it: balance the lab batches over the folds ({stratify}), or set"
        " unseen: uncorrected"
    )
