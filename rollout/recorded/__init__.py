"""What was recorded, as the judge's intervals: JSON lines, an access log, a rollout's journal. Pure."""
