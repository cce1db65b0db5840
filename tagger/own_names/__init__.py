"""The user's own names: names that are entities wherever they stand, and names that are none."""
