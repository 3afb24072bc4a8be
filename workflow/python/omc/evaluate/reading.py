"""Reads tables of results with pandas."""

import pandas as pd


def read_text(path: str, **options) -> pd.DataFrame:
    """A table of text; empty cells are empty texts."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, **options)


def read_metrics(path: str) -> pd.DataFrame:
    """metrics.csv: `value` as a number, NaN where undefined, and the other columns as they are."""
    options = {"keep_default_na": False, "na_values": {"value": [""]}}
    return pd.read_csv(path, dtype={"value": float}, **options)
