"""What the profile for Slurm asks a cluster, and takes from config/slurm.yaml."""

import os

import pytest
import yte

from omc.learn.attempts import GIVE_UP


@pytest.fixture
def profile(root, tmp_path, monkeypatch):
    """Read the profile on a cluster with this AccountingStorageType and this file of the site."""
    text = (root / "workflow" / "profiles" / "slurm" / "config.yaml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def read(accounting=None, site=None):
        if accounting:
            command = tmp_path / "bin" / "scontrol"
            command.parent.mkdir(exist_ok=True)
            command.write_text(f"#!/bin/sh\necho 'AccountingStorageType   = {accounting}'\n")
            command.chmod(0o755)
            monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
        if site is not None:
            (tmp_path / "config").mkdir()
            (tmp_path / "config" / "slurm.yaml").write_text(site)
        return yte.process_yaml(text, require_use_yte=True)

    return read


@pytest.mark.parametrize(
    "accounting, command",
    [
        ("accounting_storage/slurmdbd", "sacct"),
        ("accounting_storage/none", "squeue"),
        ("(null)", "squeue"),
    ],
)
def test_jobs_are_watched_by_the_command_that_the_cluster_has(profile, accounting, command):
    assert profile(accounting)["slurm-status-command"] == command


def test_the_site_demands_what_its_file_says_and_nothing_without_it(root, profile):
    shipped = (root / "config" / "slurm.yaml").read_text(encoding="utf-8")
    assert set(profile(site=shipped)["default-resources"]) == {"mem_mb", "runtime"}


def test_the_account_and_others_are_given_with_each_job(profile):
    asked = profile(site="account: 0123\npartition: 'short'\nqos: normal\n")["default-resources"]
    assert (asked["slurm_account"], asked["slurm_partition"]) == ("'0123'", "'short'")
    assert asked["qos"] == "'normal'"


def test_a_key_that_nothing_reads_is_refused(profile):
    with pytest.raises(BaseException, match="config/slurm.yaml may have these keys: account"):
        profile(site="acount: lab\n")


def test_the_attempt_that_gives_up_is_the_last(profile):
    assert profile()["retries"] == GIVE_UP - 1


def test_the_groups_are_of_rules_that_exist(root, profile):
    rules = "".join(path.read_text("utf-8") for path in (root / "workflow/rules").glob("*.smk"))
    for entry in profile()["groups"]:
        assert f"rule {entry.partition('=')[0]}:" in rules
