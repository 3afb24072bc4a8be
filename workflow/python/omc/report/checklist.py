"""Items of TRIPOD+AI and of the leakage taxonomy: covered by a run, or left to the authors."""

from omc.report.citations import Citations


def checklist(config: dict, cite: Citations) -> str:
    """Items of TRIPOD+AI and of the leakage taxonomy: covered by a run, or left to authors."""
    cohorts = any(setting["cohorts"] for setting in config["datasets"].values())
    grouped = all(setting["groups"] for setting in config["datasets"].values())
    subgroups = "`subgroups.csv`" if config["report"]["subgroups"] else "yours"
    outside = "in the external cohorts" if cohorts else "none; add `cohorts`, or report this"
    independence = (
        "samples of one group are never on both sides of a split"
        if grouped
        else "**yours to confirm**: samples were taken as independent if no `groups` are set"
    )
    return "\n".join(
        [
            f"TRIPOD+AI {cite('collins')}, items that this run covers, at least in part:",
            "",
            "- 7, 11 and 12b, preparation, missing data and handling of predictors: Preprocessing;"
            " describe yourself what was done before the tables.",
            "- 12a and 12c, use of the data, kinds of model, tuning, internal validation:"
            " Resampling, Models; justify the choice of models yourself. Evaluation in other data:"
            f" {outside}.",
            "- 12e, performance measures and comparison of models: Statistics. 13, class imbalance:"
            f" `imbalance: {config['imbalance']}`.",
            "- 18f, code: Software. 22, the full models: saved, see `manifest.json`.",
            "- 21, number of participants and outcomes: Data.",
            "- 23a, performance with intervals: `estimates.csv`, `summary.md`; subgroups:"
            f" {subgroups}.",
            "",
            "Left to you: 1 and 2 (title, abstract), 3 to 6 (background, objectives, source of the"
            " data, participants), 8 and 9 (how outcome and predictors were defined and measured),"
            " 10 (sample size), 12d and 23b (differences between clusters), 12f and 24 (updating of"
            " the model), 12g (how predictions are calculated), 14 (fairness), 15 (output of the"
            " model, and thresholds), 16 and 20c (differences between development and evaluation"
            " data), 17 (ethics), 18a to 18e (funding, conflicts, protocol, registration, data), 19"
            " (patient and public involvement), 20a and 20b (flow and characteristics of"
            " participants), 25 to 27 (interpretation, limits, use).",
            "",
            f"Leakage {cite('kapoor')}:",
            "",
            "- L1.1, no test set: every estimate is from samples that its model was not trained"
            " on.",
            "- L1.2 and L1.3, preprocessing and selection: learned on training samples only by this"
            " workflow; steps before the tables are **yours to confirm**.",
            "- L1.4, duplicates: see `checks.csv`.",
            f"- L3.2, dependence of training and test samples: {independence}.",
            "- L2 (features that are proxies for the outcome), L3.1 (time) and L3.3 (sampling"
            " bias): **yours to confirm**; no program can see them.",
        ]
    )
