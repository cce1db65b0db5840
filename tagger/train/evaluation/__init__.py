"""Scores, intervals, error analysis and model cards of a Tagger."""
