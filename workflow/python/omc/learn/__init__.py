"""Splits, preprocessing and training: all that learns from samples."""
