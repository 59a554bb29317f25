"""The controller's core: journal, state, decision, tick. No engine, no AWS SDK, no clock of its own."""
