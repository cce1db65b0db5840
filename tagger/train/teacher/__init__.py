"""The teacher: an encoder that is fine-tuned here and labels plain text for the student."""
