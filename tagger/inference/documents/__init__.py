"""Documents that are tagged as a whole."""
