"""The results in words."""
