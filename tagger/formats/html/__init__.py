"""An HTML page: the text with its entities in colour, a legend, and the names of the text at the end.

The page is one file without scripts or network access, so it works from disk and can be sent by mail. All of the text
is escaped. Characters that are invisible, or change the order of others, are shown as code points, such as U+202E;
bytes that are not UTF-8 become U+FFFD. The page is written sentence by sentence, so an interrupted run leaves a
readable page.
"""
