"""Other taggers, to be trained on the same documents and timed on the same sentences as uk-tag.

What is in `taggers` runs in an environment of its own and imports nothing of this project; the rest runs beside uk-tag and imports no tagger.
"""
