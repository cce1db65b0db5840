"""The manual: one text for `--help` and for the man page."""

import re
from datetime import UTC, datetime

import click

INTRODUCTION = """Tag persons, organisations, places and other names in Ukrainian text.

Reads FILEs, or standard input where there is none or it is -, and writes the same with a tag for every token. Sentences are answered as soon as
they have been read, in the order in which they came; the same sentence always gets the same tags.
"""

SECTIONS: dict[str, str] = {
    "Forms": """\
text      one sentence a line; out come lines of token, TAB, tag, and an empty line
          behind each sentence, also behind an empty one. --pretokenized takes
          tokens from between spaces, --sentences cuts paragraphs into sentences.
conll     a token and its columns on each line, an empty line behind each sentence;
          out come the same lines, byte for byte, with the tag in a new last column.
          A line with a TAB is cut at TABs, any other at white space. Lines with
          "# " in front and no TAB, and -DOCSTART- lines, pass through.
conllu    CoNLL-U; the tag goes into MISC as NER=B-PERS, nothing for O.

Without -i the first line that is neither blank nor a comment decides: ten columns
between TABs with a number first are conllu; a TAB or -DOCSTART- means conll; all
else is text. Tokens one a line without a TAB look like text: say -i conll.

gzip, xz and bzip2 are unpacked, with Python 3.14 zstd, too. What is no text is refused:
what starts as a picture, an archive, a PDF or the like; what has a NUL in its first 64
KiB, or anywhere where a file is written, unless -0 is given; what has many control
characters, or some and is not UTF-8.

--count, for spreadsheets: a cell that would be a formula (=, +, -, @ in front) or open
a quotation without an end starts with an apostrophe. -O html shows what is not seen
(marks of direction, control characters) by number: U+202E.""",
    "Files": """\
--output-dir, --in-place and -o write a file whole or not at all; one that is replaced
keeps its owner, group, permissions and attributes. A signal leaves nothing half done.

--in-place=.bak keeps the old file as FILE.bak, and never overwrites one: where another
file has that name, FILE stays as it is. Backups are not annotated, nor are files whose
name ends with the suffix. Links that are met with -r are passed over; one that is
named has its file annotated.

Each annotated file is marked (in the attribute user.uk-tag; where there are none, in
.uk-tag-journal.jsonl beside it), and --resume goes by the mark and the content, wherever
it is started. cp needs --preserve=xattr, and rsync -X, for marks to go along. In place,
a file that was annotated with another model, version or options is refused; without
--resume it is annotated once more. One run at a time works on a folder.""",
    "Flush": """\
While more input is ready, sentences are tagged many at a time. As soon as none is,
all that are complete are tagged and written. -u writes each by itself.""",
    "Exit codes": """\
0 all is well; 1 an input, the model or the output failed, and one line on standard
error says which and how to mend it; 2 wrong options; 130 Ctrl-C, 143 SIGTERM, 129 a
terminal that was closed, 131 SIGQUIT, and 141 where the reader of the output has gone,
all without a message.""",
    "Environment": """\
UK_TAG_MODEL  the model, if there is no -m
NO_COLOR      no colour unless --color=always""",
}

# (what it shows, the command); a test runs each in a folder with corpus.txt, corpus.conll, corpus.conllu, more.txt.gz and texts/
EXAMPLES: list[tuple[str, str]] = [
    ("Tag running text", "cat corpus.txt | uk-tag"),
    ("Tag the first column of CoNLL", "cut -f1 corpus.conll | uk-tag -i conll"),
    ("List the places", "uk-tag -O inline corpus.txt | grep -o '<LOC>[^<]*' | sort | uniq -c | sort -rn"),
    ("JSON with offsets and scores", "uk-tag -O jsonl corpus.txt more.txt.gz"),
    ("The most frequent names", "uk-tag --count corpus.txt | head"),
    ("A page to look at", "uk-tag -O html corpus.txt > corpus.html"),
    ("Other names for labels, only some of them", "uk-tag --map PERS=PER --only PER,LOC corpus.txt"),
    (
        "Annotate a folder, all cores, going on where it was stopped",
        'uk-tag -r texts --output-dir tagged --resume --jobs "$(nproc)"',
    ),
    ("Tag a file in place and keep the old one", "uk-tag -i conll --in-place=.bak corpus.conll"),
]

EPILOG = "\n\n".join(
    [f"\b\n{title}:\n" + "\n".join(f"  {line}" for line in text.split("\n")) for title, text in SECTIONS.items()]
    + ["\b\nExamples:\n" + "\n".join(f"  # {what}\n  {command}" for what, command in EXAMPLES)]
)


def man_page(command: click.Command, version: str) -> str:
    """The manual as a page for man(1), in roff."""
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
        *(f".PP\n{_roff(what)}:\n.PP\n.nf\n.RS\n{_roff(example)}\n.RE\n.fi" for what, example in EXAMPLES),
    ]
    return "\n".join(lines) + "\n"


def _roff(text: str) -> str:
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)
