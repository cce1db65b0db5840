"""Input and output formats: bytes to sentences, and tagged sentences to bytes.

This file imports nothing, since `uk-tag --help` needs these names and should start fast. The code of the formats is
in the tables :data:`tagger.formats.reader.READERS`, :data:`tagger.formats.writer.WRITERS` and
:data:`tagger.formats.writer.DOCUMENTS`, which have the same names as keys.
"""

INPUTS = ("text", "conll", "conllu", "vertical", "jsonl", "csv", "tsv")
RECORDS = ("jsonl", "csv", "tsv")  # inputs with a text in a field of each record
LARGEST_RECORD = 1 << 25  # bytes; a larger one is an error, since a record is held as a whole
OUTPUTS = ("same", "conll", "conllu", "jsonl", "inline", "brat", "html", "tsv")
COUNT = "count"  # the output of --count, which -O does not offer
NAMES = "names"  # the output of --count --lemma,
NAMES_OF_RUN = "names-of-run"  # and of --count --lemma --link run
STANDARD_INPUT_NAME = "standard input"  # in messages; an HTML page gives it no heading
