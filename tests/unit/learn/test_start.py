"""What a job of scikit-learn loads."""

import subprocess
import sys

JOBS = "attempts", "running", "shuffling", "trial", "splits", "label_permutation"
CODE = """
import sys
from omc.learn.start import load_scikit_learn

load_scikit_learn()
import {modules}
assert "sklearn" in sys.modules
assert not {{"pandas", "pyarrow"}} & set(sys.modules), "a data frame is used"

import pandas as pd
from sklearn.preprocessing import StandardScaler

scaler = StandardScaler().set_output(transform="pandas")
scaled = scaler.fit_transform(pd.DataFrame({{"g": [1, 3]}}))
assert list(scaled["g"]) == [-1, 1]
load_scikit_learn()
assert sys.modules["pandas"] is pd
"""


def test_no_job_loads_pandas_until_a_model_asks_for_it(root):
    modules = ", ".join(f"omc.learn.{name}" for name in JOBS)
    process = subprocess.run(
        [sys.executable, "-c", CODE.format(modules=modules)],
        cwd=root / "workflow" / "python",
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
