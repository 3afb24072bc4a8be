"""What every stage uses: errors, logs, tables, seeds."""
