"""Other taggers, trained on the same documents and timed on the same sentences as uk-tag.

The modules in `taggers` run in environments of their own and import nothing from this project. The other modules run
next to uk-tag and import no other tagger.
"""
