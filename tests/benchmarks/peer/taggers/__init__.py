"""What runs in the peers' own environments. This folder is on their path, so no file here may be called as a package of theirs is."""
