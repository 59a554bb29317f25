"""Commands that only read: where a rollout stands, what became of earlier ones and why, what can be wrong."""
