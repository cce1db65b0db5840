"""The manual: one text for `--help` and for the man page."""

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
          Lines that start with "# " and have no TAB, "#name = value", "#begin document"
          and -DOCSTART- lines are copied. The token is the first column, or the first
          with words after a count of the tokens (CoNLL-2009, CoNLL-2012, CoreNLP), or
          FORM of "# global.columns" (CoNLL-U Plus, where the new column gets a name).
conllu    CoNLL-U. The tag is added to MISC as NER=B-PERS; O is not written. For tools
          that only know another key: --key NE, --key ner.
vertical  Vertical text of corpus managers: lines of <...> are copied, <s>, <p>, <doc> and
          the like end sentences, <g/> joins tokens. The tag is a new last column.
jsonl     An object per line. The text in --field (a key, or a path such as data.text) is
          tagged sentence by sentence, and a list "entities" is added to the object; for
          a list of tokens, a list "tags". Everything else stays, byte for byte.
csv, tsv  A table. The cells of column --field are tagged: a name in the first row, or a
          number for a table without names. Columns are added: one per label with the
          names, joined by "; ", and "entities" in JSON. -O jsonl writes one object per
          name instead, with its line and the other cells of the row. CSV may be
          separated by , ; | or TABs. In TSV no cell goes over the end of a line.

Text with an identifier, or other columns, before it (number TAB sentence): -i text
--field 2. The output has "# sent_id = NUMBER" before the tokens, or "id" in JSON.

Without -i, the first lines decide: ten columns separated by TABs, the first a number,
mean conllu; other columns separated by TABs, or by spaces with a tag in the last, mean
conll, up to a blank line; lines of <...> around columns, vertical; a number or an
identifier, a TAB and three words or more, text with an identifier; anything else, text.
In doubt, a line on standard error says what the input was taken for, and --in-place leaves
the file as it is. One token per line without a TAB looks like text: use -i conll.

Input is UTF-8, or what --encoding says; output is UTF-8. CoNLL-U that is made from other
input has sent_id, a number from 1 in each input or the sentence's own, and text.

gzip, xz and bzip2 are unpacked, and zstd with Python 3.14. Input that is not text is
refused: a file that starts like an image, an archive, a PDF or similar; a NUL in the
first 64 KiB, or anywhere if a file is written, unless -0 is given; many control
characters, or some together with invalid UTF-8.

-O tsv writes a row for each mention, with TABs between file, line, start, end, label,
text, lemma, name and score; --header names them. start and end are code points in the
line (of CoNLL in the sentence, its tokens joined by spaces; of a field in it), line is
the line of the mention's first token, and file is - for standard input. lemma and name
are empty unless base forms are asked for. Within a cell, a backslash, a TAB, a line end
and other control characters are \\\\, \\t, \\n, \\r, \\u000b and so on, and a byte that is
not UTF-8 is \\xff.
For a spreadsheet, --spreadsheet does what --count does:

--count is safe to open in a spreadsheet: a cell that would be a formula (it starts with
=, +, - or @) or open a quotation without an end gets an apostrophe before it. -O html
shows invisible characters (direction marks, control characters) as numbers: U+202E. Its
badges lead to the list of names at the end, and the names back to their places; a score
is shown where the pointer is over a name, and doubtful ones can be dimmed.""",
    "Characters": """\
Tokens and offsets are the user's own. For look-up only, characters are folded that look
like others: invisible ones within a word, signs used as an apostrophe, character
references such as &#39;, Latin look-alikes, and quotation marks, which become « ». A word
broken by a hyphen and a space is looked up as one. In text, the # of a hashtag is a token
by itself and not part of a name. No entity continues from one hashtag to the next, or
across a TAB.

--min-score P leaves out entities whose probability is below P, in all outputs. In columns
their tags become O, and with --scores the score is the probability of O.""",
    "Base forms": """\
--lemma writes the dictionary form of each entity: Київ for Києві, Запорізька область for
Запорізькій області. It needs pymorphy3: pip install 'uk-tag[lemma]'. Text and CoNLL get
one more column, filled at the first token of an entity and _ elsewhere (in lines that are
split at white space, the base form has _ for spaces); CoNLL-U gets NERLemma=, with \\s for
a space, \\p for | and \\\\ for \\; JSON Lines and inline get lemma. Only the sentence
decides, so the same sentence always gets the same base forms. Latin letters stay.

--count --lemma writes a row for each name: count, number of documents, label, base form,
forms in the text, an example. A document is an input, or a part of one: see Documents.
In a document, a surname alone or with initials belongs to the one person of that surname
who is named in full, and an abbreviation to the organisation after which it stood in
brackets; what may be two stays two. A person whom two documents name in full also gets
the surnames of documents that do not. --link run joins over all inputs.""",
    "Own names": """\
--names FILE has lines of name TAB label, with TAB and a base form if one is known,
which --lemma then writes. The names are entities wherever they stand, with score 1,
before what the model says; where two overlap, the longer counts. Labels may be new.
--forbid FILE has lines of a name, or of name TAB label: an entity that is exactly this
name is none. Empty lines, and lines that start with "# " and have no TAB, are passed
over.

All case forms are found if pymorphy3 and pymorphy3-dicts-uk are installed, else names
as they are listed. Capitals of a listed name are capitals in the text, and its small
letters may be either; forbidden names are found in any letters.""",
    "Files": """\
In --output-dir a file has the ending of what it is: .conll for tags of .txt, .text and
.md files, .conllu, .jsonl, .ann, .html, .tsv (--count), otherwise that of the input. With
-O brat the text is written beside the .ann as .txt; if another text is there, it stays,
and the file fails.

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
    "Labels": """\
uk-ner and uk-ner-small find PERS, LOC, ORG and MISC. Their MISC is every other name: works,
products, documents, events. uk-ner-13 has the 13 classes of NER-UK 2.0:

PERS    people, characters, animals: Олена Коваль
LOC     settlements, countries, rivers, addresses: Київ; вул. Хрещатик, 22
ORG     companies, agencies, media, teams, military units: Нафтогаз; ТОВ «Салант»
MISC    events, holidays, wars, web addresses: Революція гідності
ART     works and products, weapons, programs: «Тигролови»; Bayraktar TB2
DOC     laws, contracts, decisions: Закон України «Про освіту»; договір № 6
JOB     job titles and professions: заступник міністра освіти; лікарка
DATE    dates and parts of dates: 12 березня 2024 року; червень 2024
TIME    times of day: 18:30; десята ранку
PERIOD  stretches of time: три роки; 2014–2015 роках
MON     sums of money: 6,66 млн грн; $400 тис.
PCT     percentages: 15%; п’ять відсотків
QUANT   numbers with a unit of measure: 120 км/год; 95 га

--only JOB,PERS keeps two of them; --map ART=MISC,DOC=MISC joins ART and DOC to MISC.""",
    "Buffering": """\
While more input is ready, sentences are tagged in batches. When no more is ready, all
complete sentences are tagged and written. With -u, each sentence is tagged separately.""",
    "Documents": """\
With --document, each document is decoded twice, the second time with what all of it says
about its names: a name that is found in some sentences is found in others too, and takes
the label that most places agree on. Its sentences are then written together. The same
document always gets the same tags.

A document is a file, or all of standard input; or a part of it, if it is divided by
newdoc comments or -DOCSTART- lines of CoNLL and CoNLL-U, by <doc> in vertical text, or
into records. What has more than 131,072 tokens or 128 MiB is tagged in parts of that
length, so memory is bounded also for a stream without an end; it takes up to some
200 MiB more. Tagging takes about twice the time.""",
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
    ("The same of a folder and a file, without unsure ones", "uk-tag -r --count --min-score 0.6 texts corpus.txt"),
    ("The names of all files, one row for each", "uk-tag --count --lemma corpus.txt more.txt.gz | head"),
    ("A table of all mentions", "uk-tag -O tsv --header corpus.txt > mentions.tsv && cat mentions.tsv"),
    ("A web page with highlighted entities", "uk-tag -O html corpus.txt > corpus.html"),
    ("Tag a novel as a whole", "uk-tag --document -O inline corpus.txt"),
    ("Tag job titles, dates and amounts too", "uk-tag -m uk-ner-13 -O inline corpus.txt"),
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
    from tagger.cli import man_page as pages

    return pages.man_page(
        command,
        "uk-tag",
        version,
        "tag names in Ukrainian text",
        introduction=INTRODUCTION,
        sections=SECTIONS,
        examples=EXAMPLES,
    )
