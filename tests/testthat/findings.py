"""Make ranking.csv and findings.csv of the tables that a test of the figures wrote.

Argument: the folder of the tables, with the setting of the data set, as `Result` takes it, in
dataset.json.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow" / "python"))

from omc.core.csv_files import read_csv, write_csv
from omc.core.tables import FINDINGS, RANKING
from omc.evaluate.ranking import ranking
from omc.report.findings import findings

folder = Path(sys.argv[1])
dataset = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
names = (
    *("metrics", "estimates", "comparisons", "selection", "picks", "timing", "checks"),
    "confusion",
)
paths = {name: folder / f"{name}.csv" for name in names}
tables = {name: read_csv(str(path)) if path.exists() else [] for name, path in paths.items()}
write_csv(str(folder / "ranking.csv"), RANKING, ranking(tables, dataset))
tables["ranking"] = read_csv(str(folder / "ranking.csv"))
write_csv(str(folder / "findings.csv"), FINDINGS, findings(tables, [dataset]))
