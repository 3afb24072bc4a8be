rule join_predictions:
    input:
        **dataset_files("splits", "preprocessing"),
        predictions=lambda wc: trained_tables(wc, "predictions"),
        inner_predictions=lambda wc: trained_tables(wc, "inner_predictions"),
        # The checks refuse a positive class that does not exist.
        checks=lambda wc: f"{RESULTS}/{STUDY.base(wc.dataset)}/checks.csv",
    output:
        predictions=f"{RESULTS}/{{dataset}}/predictions.csv",
        inner_predictions=f"{RESULTS}/{{dataset}}/inner_predictions.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/join_predictions.log",
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        made_with=for_dataset(STUDY.slices.training_keys),
        code=code("evaluate/join_predictions.py"),
    message:
        "Join the predictions of all models of {wildcards.dataset}"
    script:
        "../scripts/evaluate/join_predictions.py"


rule join_tables:
    input:
        tables=joined_tables,
    output:
        f"{RESULTS}/{{table}}.csv",
    log:
        f"{RESULTS}/logs/join_{{table}}.log",
    localrule: True
    conda:
        "../../envs/python.yaml"
    params:
        code=code("evaluate/join_tables.py"),
    message:
        "Join {wildcards.table}.csv of all models"
    script:
        "../scripts/evaluate/join_tables.py"


rule score:
    input:
        **files_of_all("predictions", "splits"),
    output:
        in_report(f"{RESULTS}/metrics.csv", "metrics", "metrics of every split"),
    log:
        f"{RESULTS}/logs/score.log",
    benchmark:
        f"{RESULTS}/benchmarks/score.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        datasets=STUDY.slices.scoring_setting(),
        code=code("evaluate/score.py"),
    message:
        "Score the predictions of all models of both languages"
    script:
        "../scripts/evaluate/score.py"


rule delong:
    input:
        **dataset_files("predictions", "samples"),
    output:
        f"{RESULTS}/{{dataset}}/delong.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/delong.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/delong.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.with_delong()),
    conda:
        "../../envs/r.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        models=for_dataset(STUDY.model_names),
        # JSON text, as the label may be anything.
        positive=lambda wc: canonical(STUDY.datasets[wc.dataset]["outcome"]["positive"]),
        code=code("evaluate/delong.R"),
    message:
        "Compare the ROC curves in the cohorts of {wildcards.dataset}"
    script:
        "../scripts/evaluate/delong.R"


rule compare_models:
    input:
        **files_of_all("predictions", "inner_predictions", "splits", "samples"),
        metrics=f"{RESULTS}/metrics.csv",
        delong=expand(f"{RESULTS}/{{dataset}}/delong.csv", dataset=STUDY.with_delong()),
    output:
        estimates=in_report(f"{RESULTS}/estimates.csv", "estimates", "estimates with intervals"),
        comparisons=in_report(
            f"{RESULTS}/comparisons.csv", "comparisons_table", "comparisons of every two"
        ),
        coverage=f"{RESULTS}/coverage.csv",
        ranking=f"{RESULTS}/ranking.csv",
        selection=in_report(f"{RESULTS}/selection.csv", "selection", "what to expect of the best"),
        picks=f"{RESULTS}/picks.csv",
    log:
        f"{RESULTS}/logs/compare_models.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_models.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        datasets=STUDY.slices.comparison_setting(),
        scheme=CONFIG["resampling"]["scheme"],
        rope=CONFIG["comparison"]["rope"],
        seed=CONFIG["seed"],
        code=code("evaluate/compare_models.py"),
    message:
        "Estimate, compare and rank the models of both languages"
    script:
        "../scripts/evaluate/compare_models.py"


rule describe_predictions:
    input:
        **files_of_all("predictions", "splits", "samples"),
    output:
        calibration=f"{RESULTS}/calibration.csv",
        curves=f"{RESULTS}/curves.csv",
        confusion=f"{RESULTS}/confusion.csv",
        net_benefit=f"{RESULTS}/net_benefit.csv",
        sample_errors=f"{RESULTS}/sample_errors.csv",
    log:
        f"{RESULTS}/logs/describe_predictions.log",
    benchmark:
        f"{RESULTS}/benchmarks/describe_predictions.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        datasets=STUDY.slices.scoring_setting(),
        scheme=CONFIG["resampling"]["scheme"],
        seed=CONFIG["seed"],
        threshold_range=CONFIG["comparison"]["threshold_range"],
        code=code("evaluate/describe_predictions.py"),
    message:
        "Describe the predictions: calibration, curves, confusion, samples"
    script:
        "../scripts/evaluate/describe_predictions.py"


rule describe_survival:
    input:
        **files_of_all(
            *("predictions", "inner_predictions", "splits", "samples"),
            of=STUDY.with_survival(),
        ),
    output:
        horizons=f"{RESULTS}/horizons.csv",
        horizon_calibration=f"{RESULTS}/horizon_calibration.csv",
        horizon_benefit=f"{RESULTS}/horizon_benefit.csv",
        risk_groups=f"{RESULTS}/risk_groups.csv",
    log:
        f"{RESULTS}/logs/describe_survival.log",
    benchmark:
        f"{RESULTS}/benchmarks/describe_survival.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        datasets=canonical(STUDY.with_survival()),
        scheme=CONFIG["resampling"]["scheme"],
        seed=CONFIG["seed"],
        code=code("evaluate/describe_survival.py"),
    message:
        "Describe the survival predictions: horizons, groups of risk"
    script:
        "../scripts/evaluate/describe_survival.py"


rule score_subgroups:
    input:
        **dataset_files("predictions", "splits", "samples"),
        strata=f"{RESULTS}/subgroup_samples.csv",
    output:
        subgroups=f"{RESULTS}/{{dataset}}/subgroups.csv",
        heterogeneity=f"{RESULTS}/{{dataset}}/heterogeneity.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/subgroups.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/subgroups.tsv"
    wildcard_constraints:
        dataset=one_of(STUDY.with_subgroups()),
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(1000, 10),
        runtime=runtime(60),
    params:
        setting=for_dataset(STUDY.slices.subgroup_setting),
        code=code("evaluate/score_subgroups.py"),
    message:
        "Score the models of {wildcards.dataset} by subgroup"
    script:
        "../scripts/evaluate/score_subgroups.py"


rule compare_variants:
    input:
        metrics=f"{RESULTS}/metrics.csv",
        splits=[f"{RESULTS}/{STUDY.base(v)}/splits.csv" for v in VARIANTS],
        samples=[f"{RESULTS}/{STUDY.base(v)}/samples.tsv" for v in VARIANTS],
        predictions=[f"{RESULTS}/{STUDY.base(v)}/predictions.csv" for v in VARIANTS],
        variant=[f"{RESULTS}/{v}/predictions.csv" for v in VARIANTS],
    output:
        f"{RESULTS}/variants.csv",
    log:
        f"{RESULTS}/logs/variants.log",
    benchmark:
        f"{RESULTS}/benchmarks/variants.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        variants=STUDY.slices.variant_setting(),
        scheme=CONFIG["resampling"]["scheme"],
        seed=CONFIG["seed"],
        code=code("evaluate/compare_variants.py"),
    message:
        "Compare data sets with their variants: single layers, groups ignored"
    script:
        "../scripts/evaluate/compare_variants.py"


rule compare_baselines:
    input:
        metrics=f"{RESULTS}/metrics.csv",
        picks=f"{RESULTS}/picks.csv",
        splits=[f"{RESULTS}/{STUDY.base(v)}/splits.csv" for v in BASELINES],
        samples=[f"{RESULTS}/{STUDY.base(v)}/samples.tsv" for v in BASELINES],
        predictions=[f"{RESULTS}/{STUDY.base(v)}/predictions.csv" for v in BASELINES],
        variant=[f"{RESULTS}/{v}/predictions.csv" for v in BASELINES],
        prevalidated=[file for v in BASELINES for file in prevalidation_files(v)],
    output:
        f"{RESULTS}/added_value.csv",
    log:
        f"{RESULTS}/logs/added_value.log",
    benchmark:
        f"{RESULTS}/benchmarks/added_value.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        variants=STUDY.slices.added_value_setting(),
        scheme=CONFIG["resampling"]["scheme"],
        seed=CONFIG["seed"],
        thresholds=CONFIG["comparison"]["thresholds"],
        code=code("evaluate/compare_baselines.py"),
    message:
        "Compare data sets with their baseline layers alone"
    script:
        "../scripts/evaluate/compare_baselines.py"


# The features that the models use: their stability, a consensus ranking, and what shuffling the top
# features costs the best model of each language. All models together decide on the top features, so
# that a new model in either language runs these rules again for both.
PERMUTE_INPUT = dict(
    **dataset_files("data", "samples", "splits", "preprocessing"),
    tuning=f"{RESULTS}/tuning.csv",
    failures=f"{RESULTS}/failures.csv",
    plan=f"{RESULTS}/permutation_plan.csv",
)


rule signature:
    input:
        importance=f"{RESULTS}/importance.csv",
        ranking=f"{RESULTS}/ranking.csv",
        data=expand(f"{RESULTS}/{{dataset}}/data.h5ad", dataset=DATASETS),
    output:
        stability=f"{RESULTS}/stability.csv",
        signature=f"{RESULTS}/signature.csv",
        feature_ranks=f"{RESULTS}/feature_ranks.csv",
        permutation_plan=f"{RESULTS}/permutation_plan.csv",
    log:
        f"{RESULTS}/logs/signature.log",
    benchmark:
        f"{RESULTS}/benchmarks/signature.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 5),
        runtime=runtime(60),
    params:
        datasets=STUDY.slices.comparison_setting(),
        code=code("evaluate/signature.py"),
    message:
        "Compare the features that the models use"
    script:
        "../scripts/evaluate/signature.py"


rule label_features:
    input:
        signature=f"{RESULTS}/signature.csv",
        annotation=expand(f"{RESULTS}/{{dataset}}/annotation.csv", dataset=CONFIG["datasets"]),
        data=expand(f"{RESULTS}/{{dataset}}/data.h5ad", dataset=CONFIG["datasets"]),
        labels=STUDY.label_files(),
    output:
        f"{RESULTS}/feature_labels.csv",
    log:
        f"{RESULTS}/logs/label_features.log",
    benchmark:
        f"{RESULTS}/benchmarks/label_features.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(500, 5),
        runtime=runtime(30),
    params:
        setting=STUDY.slices.label_setting(),
        code=code("evaluate/label_features.py"),
    message:
        "Label the features of the signatures"
    script:
        "../scripts/evaluate/label_features.py"


rule permute_python:
    input:
        **PERMUTE_INPUT,
    output:
        f"{RESULTS}/{{dataset}}/python/permuted.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/python/permute.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/python/permute.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 4),
        runtime=runtime(60),
    params:
        **check_params("python"),
        code=code("learn/permute.py"),
    message:
        "Shuffle features for the best scikit-learn model of {wildcards.dataset}"
    script:
        "../scripts/learn/permute.py"


rule permute_r:
    input:
        **PERMUTE_INPUT,
    output:
        f"{RESULTS}/{{dataset}}/r/permuted.csv",
    log:
        f"{RESULTS}/logs/{{dataset}}/r/permute.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{dataset}}/r/permute.tsv"
    conda:
        "../../envs/r.yaml"
    resources:
        mem_mb=mem_mb(800, 4),
        runtime=runtime(60),
    params:
        **check_params("r"),
        code=code("learn/permute.R"),
    message:
        "Shuffle features for the best caret model of {wildcards.dataset}"
    script:
        "../scripts/learn/permute.R"


rule permutation_importance:
    input:
        **{
            language: expand(f"{RESULTS}/{{dataset}}/{language}/permuted.csv", dataset=DATASETS)
            for language in STUDY.languages()
        },
        plan=f"{RESULTS}/permutation_plan.csv",
    output:
        f"{RESULTS}/permutation_importance.csv",
    log:
        f"{RESULTS}/logs/permutation_importance.log",
    benchmark:
        f"{RESULTS}/benchmarks/permutation_importance.tsv"
    conda:
        "../../envs/python.yaml"
    resources:
        mem_mb=mem_mb(800, 10),
        runtime=runtime(60),
    params:
        datasets=STUDY.slices.comparison_setting(),
        code=code("evaluate/permutation_importance.py"),
    message:
        "Score the predictions of shuffled features"
    script:
        "../scripts/evaluate/permutation_importance.py"
