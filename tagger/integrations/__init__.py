"""The tagger as a part of other programs; each module needs the program that it is named for."""
