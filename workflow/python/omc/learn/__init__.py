"""Splits, preprocessing and training: everything that learns from samples."""
