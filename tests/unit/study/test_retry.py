"""The jobs that a retry runs again."""

import pytest
import yaml

from omc.core import tables as contracts
from omc.core.csv_files import write_csv
from omc.study import retry
from omc.study import study as configuration


@pytest.fixture
def study(root, monkeypatch):
    monkeypatch.chdir(root)
    config = yaml.safe_load((root / "config" / "quick.yaml").read_text(encoding="utf-8"))
    config["models"] = {"python": ["dummy", "logistic_regression"], "r": ["glmnet"]}
    config["resampling"]["splits_per_job"] = 3

    def make_study(jobs=1, permutations=0):
        config["tuning"] = {"jobs": jobs}
        config["comparison"] = {"null_permutations": permutations}
        return configuration.load(config, str(root / "workflow"))

    return make_study


def leave(folder, table, header, *rows):
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / f"{table}.csv", header, rows)


def failure(model, split, message):
    return ["leukemia", "python", model, split, "fit", message, "some.log"]


def test_jobs_with_failures_are_found_in_the_order_of_the_configuration(study, tmp_path):
    models = tmp_path / "leukemia" / "python"
    leave(
        models / "logistic_regression" / "2of2", "failures", contracts.FAILURES,
        failure("logistic_regression", "r02f01", "no convergence"),
        failure("logistic_regression", "r02f01", "again"),
        failure("logistic_regression", "final", "no convergence"),
    )  # fmt: skip
    leave(models / "logistic_regression" / "1of2", "failures", contracts.FAILURES)
    leave(
        models / "dummy" / "1of2", "failures", contracts.FAILURES,
        failure("dummy", "r01f01", "why"),
    )  # fmt: skip
    # From a run with other batches, and from a model that is no longer configured.
    leave(
        models / "dummy" / "1of1", "failures", contracts.FAILURES,
        failure("dummy", "r01f01", "why"),
    )  # fmt: skip
    leave(
        models / "gone" / "1of2", "failures", contracts.FAILURES,
        failure("gone", "r01f01", "why"),
    )  # fmt: skip
    first, second = retry.failed_jobs(study(), str(tmp_path))
    assert (first.name, first.splits) == ("python/dummy on leukemia, batch 1of2", ["r01f01"])
    assert first.files == [str(models / "dummy" / "1of2" / "failures.csv")]
    assert second.splits == ["r02f01", "final"] and second.message == "no convergence"


def test_tuning_jobs_that_failed_are_part_of_it(study, tmp_path):
    folder = tmp_path / "leukemia" / "python" / "logistic_regression" / "1of2"
    leave(
        folder, "failures", contracts.FAILURES,
        failure("logistic_regression", "r01f01", "no convergence"),
    )  # fmt: skip
    for part, error in (("1of2", ""), ("2of2", "no convergence")):
        row = ["leukemia", "python", "logistic_regression", "r01f01", 1, "{}", 1, "brier", "", ""]
        leave(folder / "tune" / part, "tuning", [*contracts.TUNING, "error"], [*row, error])
    (result,) = retry.failed_jobs(study(jobs=2), str(tmp_path))
    assert result.files == [
        str(folder / "failures.csv"), str(folder / "tune" / "2of2" / "tuning.csv"),
    ]  # fmt: skip


def test_jobs_on_permuted_outcomes_that_failed_are_part_of_it(study, tmp_path):
    for permutation, model in (("001", "logistic_regression"), ("003", "dummy")):
        leave(
            tmp_path / "leukemia" / "null" / permutation / "python" / model,
            "failures", contracts.FAILURES, failure(model, "r01f01", "why"),
        )  # fmt: skip
    assert retry.failed_jobs(study(), str(tmp_path)) == []
    (result,) = retry.failed_jobs(study(permutations=2), str(tmp_path))
    assert result.name == "python/logistic_regression on leukemia, permutation 001"
    folder = tmp_path / "leukemia" / "null" / "001" / "python" / "logistic_regression"
    assert (result.files, result.splits) == ([str(folder / "failures.csv")], ["r01f01"])


def test_without_a_run_there_is_nothing_to_retry(study, tmp_path):
    assert retry.failed_jobs(study(), str(tmp_path / "nothing")) == []
