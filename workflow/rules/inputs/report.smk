# What is on the screen before a run and after it.


def opening_screen():
    """Say what the permutation null will cost; Snakemake has no public way to ask for its jobs."""
    jobs = [
        (job.wildcards.dataset, job.rule.name.split("_")[1], job.wildcards.model)
        for job in workflow.dag.needrun_jobs()
        if job.rule.name in ("train_python_null", "train_r_null")
    ]
    if jobs:
        print(null_cost(jobs, f"{RESULTS}/timing.csv"), file=sys.stderr)


def closing_screen(failed=False):
    """Say where the predictions are, or what the run found and what went wrong."""
    if STUDY.prediction and not failed:
        text = f"\nThe predictions are in {STUDY.prediction['output']}"
    else:
        text = closing_text(RESULTS, BEGAN, failed)
    print(text, file=sys.stderr)
