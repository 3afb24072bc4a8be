"""Error rates by simulation; scripts, so that each can also be run alone."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

SCRIPTS = {
    "coverage.py": "Simulation: coverage of the intervals and error rate of the tests",
    "before_after.py": "What earlier versions said, and what this one says",
    "other_intervals.py": "Simulation: other intervals beside those of the corrected t",
    "picking.py": "Simulation: what to expect of a model that is picked for its score",
    "null_uniform.py": "Simulation: p-values of the permutation null",
    "twins.py": "How closely the learners of both languages agree",
    "alarms.py": "Simulation: how often the alarms of the data checks fire",
    "net_benefit.py": "Simulation: how often net benefit calls a model useful",
    "added_value.py": "Simulation: how often omics is said to add to clinical columns",
    "subgroups.py": "Simulation: how often a subgroup is said to differ",
    "survival.py": "Simulation: how often two equal survival models are said to differ",
}


@pytest.fixture(scope="module")
def runs(root, request):
    """Of each script that is asked for, its run: as many at a time as there are cores."""
    paths = root / "workflow" / "python", root
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment = {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(map(str, paths))}

    def run(name):
        script = root / "tests" / "verification" / name
        command = [sys.executable, script]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    names = [i.callspec.params["name"] for i in request.session.items if i.path == request.path]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {name: pool.submit(run, name) for name in names}


@pytest.mark.verification
@pytest.mark.parametrize("name", SCRIPTS)
def test_script(runs, report, name):
    done = runs[name].result()
    printed = done.stdout.rstrip()
    print(f"\n{printed}")
    section = report.section(SCRIPTS[name], f"`tests/verification/{name}` printed:")
    section.notes.append(f"```text\n{printed}\n```")
    assert done.returncode == 0, done.stderr
