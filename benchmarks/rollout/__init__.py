"""What a tick and a look at a long journal cost."""
