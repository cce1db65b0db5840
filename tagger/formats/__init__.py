"""Input and output formats: bytes to sentences, and tagged sentences to bytes.

This file imports nothing, since `uk-tag --help` needs these names and should start fast. The code of the formats is
in the tables :data:`tagger.formats.reader.READERS`, :data:`tagger.formats.writer.WRITERS` and
:data:`tagger.formats.writer.DOCUMENTS`, which have the same names as keys.
"""

INPUTS = ("text", "conll", "conllu")
OUTPUTS = ("same", "conll", "conllu", "jsonl", "inline", "brat", "html", "tsv")
COUNT = "count"  # the output of --count, which -O does not offer
STANDARD_INPUT_NAME = "standard input"  # in messages; an HTML page gives it no heading
