"""From a finished run to the page, the tables and the files that decisions rest on."""
