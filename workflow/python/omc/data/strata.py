"""Strata of the samples by columns of their sheets, for `report.subgroups`."""

import numpy as np
import pandas as pd

from omc.core.errors import UserError, did_you_mean, some
from omc.core.names import DEVELOPMENT
from omc.data.missing import is_doubtful, is_missing
from omc.data.reading import read_sheet

# A column of numbers with more values than this is cut at its median.
MOST_VALUES = 5
# A column with more labels than this has names rather than kinds of samples.
MOST_STRATA = 30
MISSING = "missing"


def strata_rows(columns: list[str], datasets: list[dict], samples: list[str]) -> list[list]:
    """Rows of subgroup_samples.csv: dataset, cohort, column, sample, stratum.

    columns: names of columns; datasets: dictionaries of name, sheets ({cohort: path}, development
    first) and levels (those of columns with an order); samples: path of each samples.tsv. A data
    set has the columns that its sheet of development has, and a cohort those of them that its own
    sheet has. UserError if no data set has a column, or if it has too many labels.
    """
    rows, known = [], {}
    for dataset, path in zip(datasets, samples, strict=True):
        options = dataset.get("options", {})
        sheets = {
            cohort: read_sheet(sheet, **options.get(cohort, {}))
            for cohort, sheet in dataset["sheets"].items()
        }
        known |= dict.fromkeys(sheets[DEVELOPMENT].columns)
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        for column in columns:
            if column not in sheets[DEVELOPMENT].columns:
                continue
            labels = {
                cohort: _labels(sheet[column], table.loc[table["cohort"] == cohort, "sample"])
                for cohort, sheet in sheets.items()
                if column in sheet.columns
            }
            where = f"'{column}' of {dataset['sheets'][DEVELOPMENT]}"
            order = dataset["levels"].get(column, [])
            for cohort, strata in _strata(labels, order, where).items():
                rows += [
                    [dataset["name"], cohort, column, sample, stratum]
                    for sample, stratum in strata.items()
                ]
    for column in columns:
        if column not in known:
            raise UserError(
                f"report.subgroups: '{column}' is not a column of any sample sheet."
                f"{did_you_mean(column, list(known))} Their columns: {some(known, 12)}"
            )
    return rows


def _labels(cells: pd.Series, samples: pd.Series) -> pd.Series:
    """The cell of each sample; one that is an image, `sample/image`, has that of its sample."""
    of_sheet = []
    for sample in samples:
        while sample and sample not in cells.index:
            sample = sample.rpartition("/")[0]
        of_sheet.append(sample)
    return pd.Series(cells.str.strip().loc[of_sheet].to_numpy(), samples.to_numpy(), dtype=object)


def _strata(labels: dict[str, pd.Series], order: list, where: str) -> dict[str, pd.Series]:
    """Strata of the samples by cohort, in the order of the strata; labels: text likewise.

    Numbers are ordered, and cut at the median of development if that has more than `MOST_VALUES`
    values. A word such as `unknown` is missing among numbers, and a label among labels.
    """
    every = pd.concat(labels.values())
    known = every[~every.map(lambda label: is_missing(label) or is_doubtful(label))]
    if len(known) and np.isfinite(pd.to_numeric(known, errors="coerce")).all():
        strata, levels = _numeric(labels)
    else:
        strata = {
            cohort: part.where(~part.map(is_missing), MISSING) for cohort, part in labels.items()
        }
        levels = sorted({*pd.concat(strata.values())} - {MISSING, *order})
        levels = [*order, *levels]
    if len(levels) > MOST_STRATA:
        raise UserError(
            f"report.subgroups: {where} has {len(levels)} labels ({some(levels)}); at most"
            f" {MOST_STRATA} strata are allowed: merge rare ones, correct those that should be"
            " numbers, or take the column out"
        )
    place = [*levels, MISSING].index
    return {
        cohort: part.sort_values(key=lambda names: names.map(place), kind="stable")
        for cohort, part in strata.items()
    }


def _numeric(labels: dict[str, pd.Series]) -> tuple[dict[str, pd.Series], list[str]]:
    """Strata of numbers by cohort, and their order."""
    numbers = {cohort: pd.to_numeric(part, errors="coerce") for cohort, part in labels.items()}
    own = numbers[DEVELOPMENT].dropna()
    if own.nunique() > MOST_VALUES:
        cut = own.median()
        if cut == own.max():
            cut = own[own < cut].max()
        levels = [f"≤ {cut:.6g}", f"> {cut:.6g}"]
        strata = {
            cohort: pd.Series(np.where(part > cut, levels[1], levels[0]), part.index)
            for cohort, part in numbers.items()
        }
    else:
        values = np.unique(pd.concat(numbers.values()).dropna())
        levels = [f"{value:.6g}" for value in values]
        strata = {cohort: part.map("{:.6g}".format) for cohort, part in numbers.items()}
    missing = {cohort: part.isna() for cohort, part in numbers.items()}
    return {
        cohort: part.astype(object).mask(missing[cohort], MISSING)
        for cohort, part in strata.items()
    }, levels
