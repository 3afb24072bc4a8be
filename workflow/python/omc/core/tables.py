"""Headers of the tables of a run, from catalog/tables.csv (twin: tables.R).

A row of the catalog describes a column of a table; a row without a column describes a table and its
place in results/; a row without a table describes a column that means the same in all tables.
"""

from dataclasses import dataclass

from omc.core.catalog import catalog
from omc.core.csv_files import read_csv
from omc.core.survival import survival_columns, uncensored_columns


@dataclass(frozen=True)
class Table:
    """A table: its path in results/, what it holds, and its columns with their descriptions."""

    file: str
    description: str
    columns: dict[str, str]


def read_tables() -> dict[str, Table]:
    """The tables of the catalog by name: the name of the file without its ending."""
    shared: dict[str, str] = {}
    tables: dict[str, Table] = {}
    for row in read_csv(str(catalog("tables.csv"))):
        name, column, description = row["table"], row["column"], row["description"]
        if not name:
            shared[column] = description
        elif not column:
            tables[name] = Table(row["file"], description, {})
        else:
            tables[name].columns[column] = description or shared[column]
    return tables


ALL_TABLES = read_tables()


def header(table: str) -> list[str]:
    """Names of the columns of a table, in their order."""
    return list(ALL_TABLES[table].columns)


# Prefix of the columns with the probabilities of the classes, which follow those of the header.
PROBABILITY = "prob_"


def prob_columns(classes) -> list[str]:
    """Names of the columns with the probabilities of classes."""
    return [f"{PROBABILITY}{label}" for label in classes]


def with_outcome(columns: list[str], classes, horizons=None) -> list[str]:
    """Columns of a table of predictions, which end with truth and predicted, for a task.

    The probabilities of the classes follow. horizons: in a survival analysis; then the columns are
    time, event, risk, the probabilities of surviving each horizon, and those of not being censored
    instead.
    """
    if horizons is None:
        return [*columns, *prob_columns(classes)]
    outcome = ["time", "event", "risk"]
    return [*columns[:-2], *outcome, *survival_columns(horizons), *uncensored_columns(horizons)]


# samples.tsv may have further columns, by which folds are balanced.
SHEET_COLUMNS = header("samples")
SPLITS = header("splits")
STRATA = header("strata")
# Followed by the probabilities of the classes, and the checksums of the sources.
PREDICTIONS = header("predictions")
INNER_PREDICTIONS = header("inner_predictions")
TUNING = header("tuning")
IMPORTANCE = header("importance")
TIMING = header("timing")
COSTS = header("costs")
FORECAST = header("forecast")
EFFICIENCY = header("efficiency")
JOBS = header("jobs")
FAILURES = header("failures")
METRICS = header("metrics")
ESTIMATES = header("estimates")
COMPARISONS = header("comparisons")
COVERAGE = header("coverage")
SELECTION = header("selection")
PICKS = header("picks")
RANKING = header("ranking")
FINDINGS = header("findings")
CALIBRATION = header("calibration")
CURVES = header("curves")
CONFUSION = header("confusion")
SAMPLE_ERRORS = header("sample_errors")
NET_BENEFIT = header("net_benefit")
HORIZONS = header("horizons")
HORIZON_CALIBRATION = header("horizon_calibration")
HORIZON_BENEFIT = header("horizon_benefit")
RISK_GROUPS = header("risk_groups")
VARIANTS = header("variants")
ADDED_VALUE = header("added_value")
CHECKS = header("checks")
SUBGROUP_SAMPLES = header("subgroup_samples")
SUBGROUPS = header("subgroups")
HETEROGENEITY = header("heterogeneity")
NULL = header("null")
NULL_TESTS = header("null_tests")
STABILITY = header("stability")
SIGNATURE = header("signature")
FEATURE_RANKS = header("feature_ranks")
PERMUTATION_PLAN = header("permutation_plan")
PERMUTED = header("permuted")
PERMUTATION_IMPORTANCE = header("permutation_importance")
