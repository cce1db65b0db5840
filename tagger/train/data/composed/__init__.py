"""Annotated sentences composed from templates and name lists.

They hold the kinds of names that a tagger misses for lack of knowledge or because annotated text never has them in
that position: a line that opens with a surname, weapons, military units, sums and dates in all shapes.

`templates/` has the templates (TOML, one table of kinds; see :mod:`tagger.train.data.composed.template` for how they
are written), `lists/` the names (TSV; see :mod:`tagger.train.data.composed.lists`). Names of persons and places also
come from a gazetteer file.
"""
