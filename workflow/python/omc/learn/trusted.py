"""Packages of which a saved model of Python may hold types; alone, as saving.py is slow to load."""

TRUSTED = ["numpy", "scipy", "sklearn", "sksurv", "omc.learn.estimators"]
