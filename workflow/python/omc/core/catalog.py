"""The catalog: facts that both languages, the checks and the docs read (twin: catalog.R)."""

from pathlib import Path

CATALOG = Path(__file__).parents[3] / "catalog"


def catalog(name: str) -> Path:
    """Path of a file of the catalog, such as 'metrics.csv' or 'models/r.yaml'."""
    return CATALOG / name
