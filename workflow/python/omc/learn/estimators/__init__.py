"""Estimators that scikit-learn lacks, or has only in a form that other languages do not share."""
