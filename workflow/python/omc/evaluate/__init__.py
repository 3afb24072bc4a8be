"""From predictions to metrics, estimates, comparisons and rankings."""
