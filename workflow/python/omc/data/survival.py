"""The outcome of a survival analysis, from two columns of a sample sheet."""

import numpy as np
import pandas as pd

from omc.core.errors import UserError, quoted, some
from omc.core.survival import written
from omc.data.sheet_columns import column


def times_to_event(sheet: pd.DataFrame, setting: dict, key: str, path: str) -> pd.Series:
    """(n,) written times to an event (see `core.survival`) of the samples of a sheet.

    setting: time, event, event_value; key: of the outcome. UserError for a time that is no positive
    number, and for an event that has more than one other value: that is no censoring.
    """
    times = column(sheet, setting["time"], f"{key}.time", path)
    numbers = pd.to_numeric(times, errors="coerce").to_numpy()
    wrong = times[~np.isfinite(numbers)]
    if len(wrong):
        raise UserError(
            f"{key}.time: column '{setting['time']}' of {path} holds {wrong.iloc[0]!r} (sample"
            f" {wrong.index[0]}): give numbers, such as days since the diagnosis"
        )
    wrong = times[numbers <= 0]
    if len(wrong):
        raise UserError(
            f"{key}.time: {len(wrong)} sample(s) of {path} have a time that is not above 0"
            f" (sample {wrong.index[0]}: {wrong.iloc[0]}): nothing can be predicted for them: take"
            " them out, or correct the time"
        )
    events = column(sheet, setting["event"], f"{key}.event", path)
    wanted = setting["event_value"]
    happened = events.map(lambda value: _same(value, wanted))
    others = events[~happened].unique()
    if not happened.any():
        raise UserError(
            f"{key}.event_value: '{wanted}' does not occur in column '{setting['event']}' of {path}"
            f" (it holds {some(sorted(events.unique()), 6)}): set it to the value that marks the"
            " event"
        )
    if len(others) > 1:
        raise UserError(
            f"{key}.event: column '{setting['event']}' of {path} holds, besides '{wanted}',"
            f" {quoted(sorted(others))}: only one other value can mean censored, and a competing"
            " event is not censoring: recode the column"
        )
    return pd.Series(
        [written(time, event) for time, event in zip(times, happened, strict=True)], sheet.index
    )


def _same(value: str, wanted: str) -> bool:
    """Whether two cells are equal, as text or as numbers: 1 and 1.0."""
    try:
        return value == wanted or float(value) == float(wanted)
    except ValueError:
        return False


def check_times(outcome: np.ndarray, setting: dict, key: str, path: str) -> None:
    """Refuse an outcome from which nothing can be learned. outcome: (n,) of development."""
    events = outcome["time"][outcome["event"]]
    if len(events) < 2 or not (outcome["time"] > events.min()).any():
        raise UserError(
            f"{key}.outcome.event: {len(events)} of the {len(outcome)} samples of {path} that the"
            f" layers have had the event ('{setting['event']}' is {setting['event_value']}): there"
            " is nothing to predict"
        )


def check_horizons(horizons: list[float], outcome: np.ndarray, setting: dict, key: str) -> None:
    """Refuse a horizon with no event before it, or with nobody left to observe after it.

    outcome: (n,) of development; setting: time (its column); key: of the outcome.
    """
    time, event = outcome["time"], outcome["event"]
    for horizon in horizons:
        before, after = int((event & (time <= horizon)).sum()), int((time > horizon).sum())
        if before and after:
            continue
        problem = (
            f"nobody was observed for longer (the last time is {time.max():g})"
            if before
            else f"nobody had the event before (the first is at {time[event].min():g})"
        )
        raise UserError(
            f"{key}.horizons: {horizon:g}: {problem}: give times in the unit of"
            f" '{setting['time']}', whose median is {np.median(time):g}"
        )
