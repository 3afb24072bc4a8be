CAPTIONS = write_captions(f"{RESULTS}/logs/captions")


# One R process draws all figures of a data set, since loading ggplot2 takes longer than drawing a
# figure. Data sets with different figures need different rules.
for number, (figures, datasets) in enumerate(STUDY.figure_sets(), start=1):

    rule:
        name:
            "draw_figures" if number == 1 else f"draw_figures_{number}"
        input:
            **figure_input(figures),
            prepared=shown_images,
        output:
            **{
                f"{figure}_{ending}": f"{IMAGES}/{{dataset}}/{figure}.{ending}"
                for figure in figures
                for ending in STUDY.vector_formats()
            },
            **{
                f"{figure}_png": report(
                    f"{IMAGES}/{{dataset}}/{figure}.png",
                    caption=os.path.abspath(f"{CAPTIONS}/{figure}.rst"),
                    category="{dataset}",
                    labels={"content": figure.replace("_", " ")},
                )
                for figure in figures
            },
        log:
            f"{RESULTS}/logs/{{dataset}}/figures.log",
        benchmark:
            f"{RESULTS}/benchmarks/{{dataset}}/figures.tsv"
        wildcard_constraints:
            dataset="|".join(datasets),
        priority: 5
        conda:
            "../../envs/r.yaml"
        resources:
            mem_mb=mem_mb(1000, 4),
            runtime=runtime(30),
        params:
            dataset="{dataset}",
            task=for_dataset(STUDY.task),
            comparison_metric=for_dataset(STUDY.comparison_metric),
            models=for_dataset(STUDY.model_names),
            baselines=for_dataset(STUDY.baselines),
            image_layers=lambda wc: [layer for layer, _ in STUDY.shown_images(wc.dataset)],
            # JSON text, as the label may be anything.
            positive=lambda wc: canonical(STUDY.datasets[wc.dataset]["outcome"]["positive"]),
            rope=for_dataset(STUDY.rope),
            threshold_range=CONFIG["comparison"]["threshold_range"],
            posterior=CONFIG["report"]["posterior"],
            weights=CONFIG["imbalance"] == "weights",
            code=code(
                "figures/draw_figures.R",
                *(f"R/figures/{name}.R" for name in figures),
            ),
        message:
            "Draw the figures of {wildcards.dataset}"
        script:
            "../scripts/figures/draw_figures.R"
