"""Headers of the tables that programs share, in one place (docs: config/README.md)."""

# Of samples.tsv; columns to balance the folds by stand among them.
SHEET_COLUMNS = ["sample", "outcome", "group", "cohort"]
SPLITS = ["split", "repeat", "fold", "sample", "role", "inner_fold"]
PREDICTIONS = ["language", "model", "split", "cohort", "sample", "truth", "predicted"]
TUNING = [
    "dataset", "language", "model", "split", "candidate", "parameters", "inner_fold",
    "metric", "value", "seconds",
]  # fmt: skip
IMPORTANCE = ["dataset", "language", "model", "split", "feature", "selected", "importance", "kind"]
TIMING = [
    "dataset", "language", "model", "split", "stage", "wall_seconds", "cpu_seconds", "peak_mb",
]  # fmt: skip
FAILURES = ["dataset", "language", "model", "split", "stage", "message", "log"]
METRICS = [
    "dataset", "language", "model", "split", "repeat", "fold", "cohort", "metric", "value",
]  # fmt: skip
ESTIMATES = [
    "dataset", "language", "model", "cohort", "metric", "estimate", "ci_low", "ci_high", "method",
    "n_splits", "n_failed",
]  # fmt: skip
COMPARISONS = [
    "dataset", "cohort", "metric", "test", "model_a", "model_b", "difference", "ci_low", "ci_high",
    "p_value", "p_adjusted", "p_a_better", "p_equivalent", "p_b_better",
]  # fmt: skip
SELECTION = [
    "dataset", "metric", "winner", "winner_estimate", "estimate", "ci_low", "ci_high", "optimism",
    "n_models", "n_resamples",
]  # fmt: skip
RANKING = [
    "dataset", "cohort", "metric", "rank", "language", "model", "estimate", "ci_low", "ci_high",
    "method", "leader", "differs_from_leader", "equivalent_to_leader", "p_adjusted",
    "beats_baseline", "baseline", "complete", "status", "n_splits", "n_failed", "n_valued",
]  # fmt: skip
CALIBRATION = [
    "dataset", "language", "model", "cohort", "repeat", "slope", "slope_low", "slope_high",
    "intercept", "intercept_low", "intercept_high", "brier", "n_events",
]  # fmt: skip
CURVES = ["dataset", "language", "model", "cohort", "curve", "repeat", "x", "y", "n"]
CONFUSION = ["dataset", "language", "model", "cohort", "truth", "predicted", "count"]
VARIANTS = [
    "dataset", "variant", "kind", "language", "model", "metric", "estimate", "variant_estimate",
    "difference", "ci_low", "ci_high", "p_value", "method", "n_splits",
]  # fmt: skip
CHECKS = ["dataset", "check", "status", "value", "advice"]
# Permutation 0 is the outcomes as they are.
NULL = ["dataset", "permutation", "language", "model", "metric", "value"]
NULL_TESTS = [
    "dataset", "language", "model", "metric", "observed", "n_permutations", "n_as_good", "p_value",
]  # fmt: skip
STABILITY = [
    "dataset", "language", "model", "stability", "ci_low", "ci_high", "n_splits", "mean_selected",
]  # fmt: skip
SIGNATURE = ["dataset", "rank", "feature", "score", "n_models", "selected_share"]
FEATURE_RANKS = ["dataset", "language", "model", "feature", "mean_rank", "used_share"]
PERMUTATION_PLAN = ["dataset", "language", "model", "feature"]
PERMUTED = ["split", "feature", "permutation", "sample", "truth", "predicted"]
PERMUTATION_IMPORTANCE = [
    "dataset", "language", "model", "metric", "feature", "drop", "sd", "n_splits",
]  # fmt: skip

TABLES = {
    "checks": CHECKS,
    "null": NULL,
    "null_tests": NULL_TESTS,
    "tuning": TUNING,
    "importance": IMPORTANCE,
    "timing": TIMING,
    "failures": FAILURES,
}
