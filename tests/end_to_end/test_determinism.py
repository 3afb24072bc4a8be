"""The same numbers on any cores, in any batches, and with any number of tuning jobs."""

import pytest

pytestmark = pytest.mark.slow


def test_metrics_do_not_depend_on_cores_batches_or_tuning_jobs(workflow, small):
    result = []
    forest = {"name": "ranger", "params": {"num.trees": 50}}
    small["models"] = {"python": ["logistic_regression"], "r": [forest]}
    ways = (
        ("one core", 1, "auto", 1),
        ("two cores, batches and tuning jobs", 2, 1, 2),
    )
    for name, cores, size, jobs in ways:
        run = workflow(name)
        small["resampling"]["splits_per_job"] = size
        small["tuning"] = {"jobs": jobs}
        tables = ("metrics", "tuning", "leukemia/inner_predictions")
        targets = [f"results/{table}.csv" for table in tables]
        process = run.compare(small, "--", *targets, cores=cores)
        assert process.returncode == 0, process.stderr
        _, tuning = run.table("results", "tuning.csv")
        choices = [[v for k, v in row.items() if k != "seconds"] for row in tuning]
        same = [run.path(targets[i]).read_bytes() for i in (0, 2)]
        result.append((*same, choices))
    assert result[0] == result[1]
