"""Formats with a line for each token: CoNLL, CoNLL-U, vertical."""
