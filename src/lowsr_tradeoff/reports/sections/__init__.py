"""The sections of the page: one folder a section, one file a figure.

A figure's file holds its drawing (``figure``), its data (``table``), its text (``caption``), and all of them as the
page prints them (``entry``, or ``entries`` where there may be none or several). To add a figure, write such a file
and one line in its section.
"""
