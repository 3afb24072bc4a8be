"""What all stages share: errors, logs, tables, seeds."""
