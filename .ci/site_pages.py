"""A hook of mkdocs: the documents beside docs/ become pages of the site, so that each is written once.

Links of README.md and its kin start at the repository; on the site everything stands in docs/. What is no page of
the site, such as a folder of code, keeps its words and loses its link.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
BESIDE = ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")
TO_BESIDE = re.compile(r"\]\(\.\./((?:\.\./)*(?:README|SECURITY|CONTRIBUTING|CHANGELOG)\.md)")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#:]+)((?:#[^)\s]*)?)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents beside docs/."""
    for name in BESIDE:
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=LINK.sub(lambda link: _moved(link, files), text)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - the hook's form
    """Lead links to the documents beside docs/ to their places on the site."""
    return TO_BESIDE.sub(r"](\1", markdown)


def _moved(link: re.Match[str], files: Files) -> str:
    """Return a link as seen from docs/."""
    picture, words, target, anchor = link.groups()
    path = target.removeprefix("docs/")
    is_page = path in BESIDE or files.get_file_from_path(path) is not None
    return f"{picture}[{words}]({path}{anchor})" if is_page else words
