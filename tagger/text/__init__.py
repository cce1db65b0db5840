"""Text to tokens and sentences."""
