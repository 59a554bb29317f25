"""How fast the emulator answers, beside the same server with a constant answer."""
