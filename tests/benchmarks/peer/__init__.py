"""Other taggers, to be trained on the same documents and timed on the same sentences as uk-tag.

Two kinds of module live here. `worker` and the taggers (`crfsuite_tagger`, `spacy_ner`, `stanza_ner`, `flair_ner`) run in an environment of
their own and import nothing of this project; the rest runs beside uk-tag and imports none of the taggers.
"""
