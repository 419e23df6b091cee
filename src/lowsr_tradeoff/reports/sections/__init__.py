"""The sections of the page: one folder a section, one file a figure.

A figure's file holds its drawing (``figure``), its data (``table``), what is to be seen (``caption``), and all of
them as the page prints them (``entry``, or ``entries`` of what may be none or several). A new figure is such a file
and one line of its section.
"""
