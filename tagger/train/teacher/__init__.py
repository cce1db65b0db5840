"""An offline teacher: a pre-trained encoder read from a package, trained further here, that labels plain text for a small student."""
