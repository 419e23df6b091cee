"""At which sampling rate should this microphone run?

The package measures, at every candidate rate, what is still recognised (``classify``), what an attacker can
still recover of speech (``privacy``) and what it costs in energy (``power``), and joins the three into a
frontier, a decision and one page (``reports``).
"""

__version__ = "0.1.0"
