"""The manual: one text for `--help` and for the man page."""

import re
from datetime import UTC, datetime

import click

INTRODUCTION = """Tag persons, organisations, places and other names in Ukrainian text.

Reads FILEs, or standard input if there are none or FILE is -, and writes every token with its tag. Sentences come out
as soon as no more input is ready, in the order of the input. The same sentence always gets the same tags, unless
--document is given.
"""

SECTIONS: dict[str, str] = {
    "Formats": """\
text      One sentence per line. The output has one line per token, TAB and tag, and an
          empty line after each sentence; an empty line gives an empty line. With
          --pretokenized, tokens are separated by spaces; with --sentences, lines are
          paragraphs, which are split into sentences.
conll     One token per line, with any further columns, and an empty line after each
          sentence. The output has the same lines, byte for byte, with the tag as a new
          last column. A line with a TAB is split at TABs, any other at white space.
          Lines that start with "# " and have no TAB, and -DOCSTART- lines, are copied.
conllu    CoNLL-U. The tag is added to MISC as NER=B-PERS; O is not written.

Without -i, the first line that is neither blank nor a comment decides: ten columns
separated by TABs, the first a number, mean conllu; a TAB or -DOCSTART- means conll;
anything else is text. One token per line without a TAB looks like text: use -i conll.

gzip, xz and bzip2 are unpacked, and zstd with Python 3.14. Input that is not text is
refused: a file that starts like an image, an archive, a PDF or similar; a NUL in the
first 64 KiB, or anywhere if a file is written, unless -0 is given; many control
characters, or some together with invalid UTF-8.

-O tsv writes a row for each mention, with TABs between file, line, start, end, label,
text, lemma, name and score; --header names them. start and end are code points in the
line (of CoNLL in the sentence, its tokens joined by spaces), line is the line of the
mention's first token, and file is - for standard input. lemma and name are empty unless
base forms are asked for. Within a cell, a backslash, a TAB, a line end and other control
characters are \\\\, \\t, \\n, \\r, \\u000b and so on, and a byte that is not UTF-8 is \\xff.
For a spreadsheet, --spreadsheet does what --count does:

--count is safe to open in a spreadsheet: a cell that would be a formula (it starts with
=, +, - or @) or open a quotation without an end gets an apostrophe before it. -O html
shows invisible characters (direction marks, control characters) as numbers: U+202E.""",
    "Files": """\
--output-dir, --in-place and -o write a file completely or not at all; a replaced file
keeps its owner, group, permissions and attributes. A signal leaves no partial file.

--in-place=.bak keeps the original as FILE.bak and never overwrites a backup: if another
file has that name, FILE is left unchanged. Backups are not annotated, nor are files
whose name ends with the suffix. Symbolic links found with -r are skipped; for a link
given as FILE, the file that it points to is annotated.

Each annotated file carries a mark: the extended attribute user.uk-tag or, without
attributes, a line of .uk-tag-journal.jsonl in its folder. --resume checks the mark and
the content, wherever it is started. To copy marks, use cp --preserve=xattr or rsync -X.
With --in-place, --resume refuses a file annotated with another model, version or
options; without --resume it is annotated again. Only one run at a time may use a folder.""",
    "Buffering": """\
While more input is ready, sentences are tagged in batches. When no more is ready, all
complete sentences are tagged and written. With -u, each sentence is tagged separately.""",
    "Documents": """\
With --document, each document is decoded twice, the second time with what all of it says
about its names: a name that is found in some sentences is found in others too, and takes
the label that most places agree on. Its sentences are then written together. The same
document always gets the same tags.

A document is a file, or all of standard input; in CoNLL and CoNLL-U a part of it, if
newdoc comments or -DOCSTART- lines divide it. What has more than 131,072 tokens or 128 MiB is
tagged in parts of that length, so memory is bounded also for a stream without an end; it
takes up to some 200 MiB more. Tagging takes about twice the time.""",
    "Exit codes": """\
0 success; 1 an input, the model or the output failed, and one line on standard error
says which and what to do; 2 wrong options; and, without a message, 130 Ctrl-C, 143
SIGTERM, 129 terminal closed, 131 SIGQUIT, 141 reader of the output gone.""",
    "Environment": """\
UK_TAG_MODEL  the model if -m is not given
NO_COLOR      no colour unless --color=always""",
}

# (description, command). A test runs each in a folder with corpus.txt, corpus.conll, corpus.conllu, more.txt.gz
# and texts/.
EXAMPLES: list[tuple[str, str]] = [
    ("Tag running text", "cat corpus.txt | uk-tag"),
    ("Tag the first column of a CoNLL file", "cut -f1 corpus.conll | uk-tag -i conll"),
    ("List the places", "uk-tag -O inline corpus.txt | grep -o '<LOC>[^<]*' | sort | uniq -c | sort -rn"),
    ("JSON with offsets and scores", "uk-tag -O jsonl corpus.txt more.txt.gz"),
    ("The most frequent names", "uk-tag --count corpus.txt | head"),
    ("A table of all mentions", "uk-tag -O tsv --header corpus.txt > mentions.tsv && cat mentions.tsv"),
    ("A web page with highlighted entities", "uk-tag -O html corpus.txt > corpus.html"),
    ("Tag a novel as a whole", "uk-tag --document -O inline corpus.txt"),
    ("Rename labels, and keep only some", "uk-tag --map PERS=PER --only PER,LOC corpus.txt"),
    (
        "Annotate a folder on all cores; a stopped run is resumed",
        'uk-tag -r texts --output-dir tagged --resume --jobs "$(nproc)"',
    ),
    ("Tag a file in place and keep the original", "uk-tag -i conll --in-place=.bak corpus.conll"),
]

EPILOG = "\n\n".join(
    [f"\b\n{title}:\n" + "\n".join(f"  {line}" for line in text.split("\n")) for title, text in SECTIONS.items()]
    + ["\b\nExamples:\n" + "\n".join(f"  # {title}\n  {command}" for title, command in EXAMPLES)]
)


def man_page(command: click.Command, version: str) -> str:
    """Return the manual page in roff, for man(1).

    :param command: the command whose options are listed.
    :param version: of the program.
    """
    context = click.Context(command, info_name="uk-tag")
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    lines = [
        f'.TH UK-TAG 1 "{date}" "uk-tag {version}" "User Commands"',
        ".SH NAME",
        r"uk-tag \- tag names in Ukrainian text",
        ".SH SYNOPSIS",
        r".B uk\-tag",
        "[OPTIONS] [FILE]...",
        ".SH DESCRIPTION",
        *(_roff(paragraph) + "\n.PP" for paragraph in INTRODUCTION.strip().split("\n\n")),
        ".SH OPTIONS",
    ]
    for parameter in command.get_params(context):
        if record := parameter.get_help_record(context):
            lines += [".TP", f".B {_roff(record[0])}", _roff(record[1])]
    for title, text in SECTIONS.items():
        lines += [f".SH {title.upper()}", ".nf", _roff(text), ".fi"]
    lines += [
        ".SH EXAMPLES",
        *(f".PP\n{_roff(title)}:\n.PP\n.nf\n.RS\n{_roff(example)}\n.RE\n.fi" for title, example in EXAMPLES),
    ]
    return "\n".join(lines) + "\n"


def _roff(text: str) -> str:
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)
