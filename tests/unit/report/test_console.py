"""The text on the screen after a run."""

from omc.report.console import closing_text

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
    (logs / "a.log").write_text("note\nERROR: x: wrong\n", encoding="utf-8")
    later = (tmp_path / "summary.md").stat().st_mtime + 100
    assert closing_text(str(tmp_path), later, True) == (
        "\nWhat went wrong:\nsee the messages above"
    )
    assert "ERROR: x: wrong" in closing_text(str(tmp_path), 0, True)
