# The tables behind the findings and the explorer, and the texts on the screen before and after a run.

EXPLORER_PAGE = sorted(map(str, Path(WORKFLOW, "report", "explorer").iterdir()))


def tables_of_explorer():
    """Tables by name; those of survival only if a data set has it."""
    survival = {"horizons", "horizon_calibration", "risk_groups"} if STUDY.with_survival() else ()
    names = (
        *("findings", "ranking", "metrics", "estimates", "comparisons", "selection", "picks"),
        *("checks", "failures", "timing", "tuning", "calibration", "curves", "confusion"),
        *("sample_errors", "signature", "feature_ranks", "stability", "permutation_importance"),
        "feature_labels",
        *sorted(survival),
    )
    return {name: f"{RESULTS}/{name}.csv" for name in names}


def linked_tables(wildcards):
    """Tables of the run and of its data sets, relative to its folder; not those of single jobs."""
    files = (path for paths in kept_files() for path in paths)
    paths = {Path(path).relative_to(RESULTS) for path in files if path.endswith((".csv", ".tsv"))}
    of_run = {path.name for path in paths if len(path.parts) == 1}
    few = [p for p in paths if len(p.parts) == 1 or len(p.parts) == 2 and p.name not in of_run]
    return [path.as_posix() for path in sorted(few, key=lambda path: (len(path.parts), path))]


def tables_of_findings(wildcards):
    """Tables of a data set by name; some only if it or a variant has a figure that reads them."""
    names = STUDY.with_variants(wildcards.dataset)
    figures = {figure for name in names for figure in STUDY.figures(name)}
    extra = {
        "added_value",
        "confusion",
        "horizon_benefit",
        "horizon_calibration",
        "horizons",
        "null",
        "null_tests",
        "risk_groups",
        "sample_errors",
        "subgroups",
        "variants",
    }.intersection(figure_tables(figures))
    names = (
        "ranking",
        "metrics",
        "estimates",
        "comparisons",
        "selection",
        "picks",
        *sorted(extra),
    )
    return {name: f"{RESULTS}/{wildcards.dataset}/{name}.csv" for name in names}


def checks_of(wildcards):
    """The checks of a data set; with one, those of the run (see `table_of`)."""
    return [f"{RESULTS}/checks.csv"] if ONE_DATASET else parts_of("checks", [wildcards.dataset])


def opening_screen():
    """Say what the permutation null will cost, what others will feel, and what cannot be checked.

    Snakemake has no public way to ask for its jobs.
    """
    session.end_on_signals()
    if workflow.local_exec and (warning := whole_machine(workflow.cores, usable_cores())):
        print(warning, file=sys.stderr)
    done = [job for job in workflow.dag.jobs if job.rule.script and not workflow.dag.needrun(job)]
    unknown = unrecorded(str(path) for job in done for path in job.output)
    if unknown:
        print(
            f"{some(unknown, 3)}: no checksum is recorded, as an older version made them or their"
            " .sha256 is gone: they are used as they are; delete what is to be made again",
            file=sys.stderr,
        )
    jobs = [
        (job.wildcards.dataset, job.rule.name.split("_")[1], job.wildcards.model)
        for job in workflow.dag.needrun_jobs()
        if job.rule.name in ("train_python_null", "train_r_null")
    ]
    if jobs:
        print(null_cost(jobs, f"{RESULTS}/timing.csv"), file=sys.stderr)
    if SCREEN:
        begin_progress()


def begin_progress():
    """Show from now on what the run works on, and how long it will take."""
    scripts = {rule.name: rule.script for rule in workflow.rules}

    def job_of(rule, wildcards):
        return progress.job_of(rule, scripts.get(rule), wildcards)

    planned = [job_of(job.rule.name, job.wildcards_dict) for job in workflow.dag.needrun_jobs()]
    known = ("validation/forecast.csv", "timing.csv", "jobs.csv")
    seconds = progress.seconds_of_jobs(*(earlier_rows(f"{RESULTS}/{name}") for name in known))
    slots = (workflow.nodes if ON_CLUSTER else workflow.cores) or 1
    of_run = progress.Progress(planned, seconds, slots, BEGAN)
    SCREEN.begin(of_run, job_of, elsewhere=not workflow.local_exec)


def closing_screen(failed=False):
    """Say where the predictions are, or what the run found and what went wrong."""
    if session.interrupted:
        return
    if SCREEN:
        SCREEN.end()
    if STUDY.prediction and not failed:
        text = f"\nThe predictions are in {STUDY.prediction['output']}"
    elif STUDY.init and not failed:
        log = Path(rules.init.log[0]).read_text(encoding="utf-8")
        proposal, _, _ = log.rpartition("\nused ")
        text = f"\n{proposal}"
    else:
        ended = [(rule, message) for (rule, _), message in session.ended.items()]
        text = closing_text(RESULTS, BEGAN, failed, ended)
    print(text, file=sys.stderr)


def kept_files():
    """Files that a run keeps; those that are always made together share a list."""
    names = *PREDICTED, "data", "samples", "splits", "preprocessing"
    alone = [file for paths in files_of_all(*names).values() for file in paths]
    last = rules.report_failures.input.tables, rules.draw_efficiency.output
    for files in (*last, rules.summarise.output, rules.explorer.output):
        alone += files
    alone += [*VALIDATED, f"{RESULTS}/manifest.json"]
    return [
        *([file] for file in alone),
        *(
            [f"{RESULTS}/{name}/{table}.csv" for table in tables]
            for _, tables, datasets in made_together()
            for name in datasets
        ),
        *(dataset_figures([*STUDY.vector_formats(), "png"], [name]) for name in DATASETS),
        *(
            trained_files(name, model, batch)
            for name in DATASETS
            for model in STUDY.models[name]
            for batch in STUDY.jobs.batches(name, model)
        ),
    ]


def lost_files(wildcards):
    """A file for each job that lacks some: they are made again, though later ones are there.

    Others need not be named: what a run ends with depends on them. Before the first model is trained
    that holds for all.
    """
    if not (os.path.exists(PASSED) or os.path.exists(EARLIER)):
        return []
    missing = ([file for file in files if not os.path.exists(file)] for files in kept_files())
    return [files[0] for files in missing if files]
