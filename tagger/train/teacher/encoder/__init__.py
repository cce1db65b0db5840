"""The encoder: its weights, subwords, network, and the windows that it reads."""
