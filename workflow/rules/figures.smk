# Tables that only these figures read.
FIGURE_INPUT = {
    ("layers", "grouping"): {"variants": f"{RESULTS}/variants.csv"},
    ("roc_pr", "calibration", "decision", "confusion"): {
        table: f"{RESULTS}/{table}.csv" for table in ("calibration", "curves", "confusion")
    },
    ("residuals",): {"predictions": f"{RESULTS}/{{dataset}}/predictions.csv"},
    ("null",): {"null": f"{RESULTS}/null.csv"},
}

# All figures of a data set in one R process: loading ggplot2 costs more than drawing one. Data sets
# with other figures than the first one's have a rule of their own.
for number, (figures, datasets) in enumerate(STUDY.figure_sets(), start=1):

    rule:
        name:
            "draw_figures" if number == 1 else f"draw_figures_{number}"
        input:
            **{
                name: file
                for of, files in FIGURE_INPUT.items()
                if set(of) & set(figures)
                for name, file in files.items()
            },
            metrics=f"{RESULTS}/metrics.csv",
            estimates=f"{RESULTS}/estimates.csv",
            comparisons=f"{RESULTS}/comparisons.csv",
            selection=f"{RESULTS}/selection.csv",
            failures=f"{RESULTS}/failures.csv",
            tuning=f"{RESULTS}/tuning.csv",
            timing=f"{RESULTS}/timing.csv",
            signature=f"{RESULTS}/signature.csv",
            ranks=f"{RESULTS}/feature_ranks.csv",
            shuffled=f"{RESULTS}/permutation_importance.csv",
            stability=f"{RESULTS}/stability.csv",
            samples=f"{RESULTS}/{{dataset}}/samples.tsv" if "contact_sheet" in figures else [],
            prepared=prepared_images,
            code=code(
                "figures/draw_figures.R",
                *(f"R/figures/{name}.R" for name in figures),
            ),
        output:
            **{f"{figure}_svg": f"{IMAGES}/{{dataset}}/{figure}.svg" for figure in figures},
            **{
                f"{figure}_png": in_report(
                    f"{IMAGES}/{{dataset}}/{figure}.png",
                    figure,
                    figure.replace("_", " "),
                    category="{dataset}",
                )
                for figure in figures
            },
        log:
            f"{RESULTS}/logs/{{dataset}}/figures.log",
        benchmark:
            f"{RESULTS}/benchmarks/{{dataset}}/figures.tsv"
        wildcard_constraints:
            dataset="|".join(datasets),
        conda:
            "../../envs/r.yaml"
        threads: 1
        resources:
            mem_mb=mem_mb(1000, 4),
        params:
            dataset=lambda wc: wc.dataset,
            task=of_dataset(STUDY.task),
            comparison_metric=of_dataset(STUDY.comparison_metric),
            models=of_dataset(STUDY.model_names),
            baselines=of_dataset(STUDY.baselines),
            image_layers=lambda wc: [layer for layer, _ in STUDY.shown_images(wc.dataset)],
            positive=lambda wc: STUDY.datasets[wc.dataset]["outcome"]["positive"],
            rope=CONFIG["comparison"]["rope"],
        message:
            "Draw the figures of {wildcards.dataset}"
        script:
            "../scripts/figures/draw_figures.R"
