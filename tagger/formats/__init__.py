"""The forms in which sentences come in and go out: bytes to sentences, and tagged sentences to bytes."""

INPUTS = ("text", "conll", "conllu")
OUTPUTS = ("same", "conll", "conllu", "jsonl", "inline", "brat", "html")
