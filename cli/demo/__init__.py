"""The main job: from ratings to a served API with a canary, on this machine."""
