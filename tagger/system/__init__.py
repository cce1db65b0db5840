"""The operating system: streams, signals, files that appear whole, locks, memory, packages that may be missing."""
