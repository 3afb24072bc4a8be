"""The text on the screen after a run."""

import json

from omc.report.console import closing_text, job_error, whole_machine

SUMMARY = (
    "# Model comparison\n\n## demo\n\nOne leads.\n\n| model |\n|---|\n| a |\n\n## Where to look\n"
)


def test_the_screen_has_the_answer_without_the_tables(tmp_path):
    (tmp_path / "summary.md").write_text(SUMMARY, encoding="utf-8")
    said = "\n# Model comparison\n\n## demo\n\nOne leads.\n\n## Where to look"
    assert closing_text(str(tmp_path), 0, False).rstrip("\n") == said


def test_a_failed_run_shows_its_errors_and_no_summary_of_an_earlier_one(tmp_path):
    (tmp_path / "summary.md").write_text(SUMMARY, encoding="utf-8")
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.log").write_text("note\nERROR: x: wrong\nused 1 CPU s\n", encoding="utf-8")
    (logs / "b.log").write_text("note\nused 1 CPU s\n", encoding="utf-8")
    later = (tmp_path / "summary.md").stat().st_mtime + 100
    text = closing_text(str(tmp_path), later, True)
    assert text.startswith("\nWhat went wrong:\nERROR: a job ended without a message")
    text = closing_text(str(tmp_path), 0, True)
    assert text.startswith("\n# Model comparison\n\n## demo\n\nOne leads.\n")
    # What is nearest to the prompt is read first.
    assert text.endswith("## Where to look\n\nWhat went wrong:\nERROR: x: wrong")


def test_a_killed_job_is_a_sentence_that_names_its_log(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_text("r01f01: done (0.1 s)\n", encoding="utf-8")
    text = closing_text(str(tmp_path), 0, True)
    assert "a.log: its job was killed before its end" in text


def test_a_run_on_all_cores_of_a_large_machine_is_told():
    assert "all 80 cores" in whole_machine(80, 80) and "CORES=40" in whole_machine(80, 80)
    assert whole_machine(40, 80) == whole_machine(4, 4) == ""


def test_a_job_that_a_cluster_ended_is_told_with_the_limit_to_raise(tmp_path):
    message = "SLURM-job '7' failed, SLURM status is: 'TIMEOUT'. "
    text = closing_text(str(tmp_path), 0, True, [("score", message), ("score", message)])
    fix = "Give it more: --set-resources score:runtime=MINUTES"
    assert text.splitlines()[2:] == [f"ERROR: rule score: {message}{fix}"]
    assert job_error("score", "sbatch failed:\n no such partition") == (
        "ERROR: rule score: sbatch failed: no such partition"
    )


def test_the_screen_says_where_r_and_python_came_from(tmp_path):
    (tmp_path / "summary.md").write_text(SUMMARY, encoding="utf-8")
    manifest = {
        "versions": {"r": {"r": "4.2.2"}, "python": {"python": "3.11.7"}},
        "workflow": {"deployment": "native"},
    }
    for way, end in (
        ("native", "from this machine; the versions from conda"),
        ("conda", "from conda."),
    ):
        manifest["workflow"]["deployment"] = way
        (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        *_, last = closing_text(str(tmp_path), 0, False).splitlines()
        assert last.startswith(f"R 4.2.2 and Python 3.11.7 {end}")
