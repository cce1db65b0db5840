"""The training side of uk-tag: data, student, teacher, evaluation, and the command line over them."""
