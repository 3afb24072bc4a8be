"""What catalogs, GitHub and container builders read: valid, and in step with the repository."""

import hashlib
import json
import re

import pytest
import yaml

FORM = {"name", "description", "labels", "body"}


def read_yaml(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_workflow_catalog_finds_what_it_shows(root):
    usage = read_yaml(root / ".snakemake-workflow-catalog.yml")["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment"}
    assert set(usage["mandatory-flags"]) == {"desc", "flags"}
    assert usage["software-stack-deployment"] == {"conda": True, "report": True}
    for name in ("workflow/Snakefile", "config/README.md", "config/config.yaml"):
        assert (root / name).exists()


def test_the_citation_has_what_its_format_demands(root):
    citation = read_yaml(root / "CITATION.cff")
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "software"
    assert citation["license"] == "MIT" and (root / "LICENSE.md").exists()
    for work in (citation, *citation["references"]):
        assert work["title"] and work["authors"]
        for author in work["authors"]:
            assert set(author) <= {"name", "family-names", "given-names"}
    for work in citation["references"]:
        assert work["type"] == "article" and re.fullmatch(r"10\.\d{4,}/\S+", work["doi"])


def test_the_research_object_describes_files_that_exist(root):
    crate = json.loads((root / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    about = entities["ro-crate-metadata.json"]
    conforms = [profile["@id"] for profile in about["conformsTo"]]
    assert about["about"] == {"@id": "./"} and len(conforms) == 2
    whole = entities["./"]
    main = entities[whole["mainEntity"]["@id"]]
    assert {"File", "SoftwareSourceCode", "ComputationalWorkflow"} == set(main["@type"])
    assert {"name", "description", "datePublished", "license"} <= set(whole)
    for part in whole["hasPart"]:
        assert (root / part["@id"]).is_file() and "File" in entities[part["@id"]]["@type"]
    for entity in crate["@graph"]:
        for value in entity.values():
            for reference in value if isinstance(value, list) else [value]:
                if isinstance(reference, dict) and not reference["@id"].startswith("http"):
                    assert reference["@id"] in entities


def test_the_changelog_keeps_its_form(root):
    lines = (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Changelog"
    headings = [line for line in lines if line.startswith("#")][1:]
    version = re.compile(r"## \[(Unreleased|\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d)\]?")
    kind = re.compile(r"### (Added|Changed|Deprecated|Removed|Fixed|Security)")
    assert version.fullmatch(headings[0])
    assert all(version.fullmatch(line) or kind.fullmatch(line) for line in headings)


@pytest.mark.parametrize("name", ["bug", "question"])
def test_a_form_for_issues_is_valid_and_short(root, name):
    form = read_yaml(root / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml")
    assert set(form) == FORM and 1 <= len(form["body"]) <= 5
    assert len({item["id"] for item in form["body"]}) == len(form["body"])
    assert all(item["type"] == "textarea" and item["attributes"]["label"] for item in form["body"])
    assert any(item["validations"]["required"] for item in form["body"])


def test_the_image_has_the_environments_of_the_rules(root):
    text = (root / "envs" / "Dockerfile").read_text(encoding="utf-8")
    rules = "".join(path.read_text("utf-8") for path in (root / "workflow/rules").glob("*.smk"))
    names = sorted(set(re.findall(r'"../../(envs/\w+\.yaml)"', rules)))
    assert len(names) == 3
    # Snakemake looks for an environment by the hash of its file.
    folders = {
        name: hashlib.md5((root / name).read_bytes(), usedforsecurity=False).hexdigest()
        for name in names
    }
    copied = dict(re.findall(r"^COPY (\S+) /conda-envs/(\w+)/environment\.yaml$", text, re.M))
    assert copied == folders, "run `make container`"
    instructions = re.sub(r"\\\n", "", text).splitlines()
    assert all(re.match(r"(FROM|LABEL|RUN|COPY|#) |$", line) for line in instructions)
    for folder in folders.values():
        prefix = f"/conda-envs/{folder}"
        assert f"conda env create --prefix {prefix} --file {prefix}/environment.yaml" in text
