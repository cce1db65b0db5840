"""Tokens to feature ids."""
