"""The ports on the emulator that runs on this machine. It is found through the store, and spoken to over loopback."""
