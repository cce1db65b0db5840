"""Base forms of names: `Володимиру Зеленському` to `Володимир Зеленський`, and which names are the same.

pymorphy3 with the Ukrainian dictionary (VESUM) gives all readings of a word. This package chooses among them by the
label, by agreement within the name, and by the words around it. This file imports nothing: pymorphy3 is an extra, and
is loaded when the first base form is asked for.
"""
