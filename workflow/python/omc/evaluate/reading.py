"""Tables of results, as pandas reads them."""

import pandas as pd


def read_text(path: str, **how) -> pd.DataFrame:
    """A table of text, with empty cells as they are."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, **how)


def read_metrics(path: str) -> pd.DataFrame:
    """metrics.csv: `value` as a number, NaN where undefined, and the other columns as they are."""
    how = {"keep_default_na": False, "na_values": {"value": [""]}}
    return pd.read_csv(path, dtype={"value": float}, **how)
