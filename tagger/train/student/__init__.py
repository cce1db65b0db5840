"""The network that ships: its training, checkpoints and averaging."""
