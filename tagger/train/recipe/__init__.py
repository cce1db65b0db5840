"""Recipes: a model from corpora to shipped files and card, as stages that are done once and can be stopped."""
