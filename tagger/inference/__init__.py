"""Tokens to tags: the network, batches, decoding, and the engine that joins them."""
