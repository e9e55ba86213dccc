#!/usr/bin/env python3
"""The manual has each error sentence, and all links lead somewhere: manual_test.py CHECKOUT [PAGE]"""

import html.parser
import pathlib
import re
import subprocess
import sys
import unittest

TOP = pathlib.Path(sys.argv[1]).resolve()
PAGE = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
ROOMS = ("base", "image", "client", "ui", "plugin")

# The calls whose argument of this number is the first sentence of an error.
MAKERS = {"fail": 1, "damaged": 0, "unreadable": 0, "misused": 0, "add_problem": 1, "print": 1}
# What passes on a sentence that was found where it was made, and the one that the manual cannot explain.
PASSED_ON = {
    "std :: move ( message )", "std :: string message", "lost . message", "stop_ -> message", "summary",
    '"libpng: no memory"',
}

TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[A-Za-z_]\w*|::|->|\d[\w.']*|\S", re.S)
TRANSLATED = {"_": 1, "N_": 1, "tr": 1, "trn": 2, "ngettext_": 2}


def tokens_of(file):
    text = re.sub(r"^\s*#.*$", "", file.read_text("utf-8"), flags=re.M)
    return [token for token in TOKEN.findall(text) if not token.startswith(("//", "/*"))]


def argument(tokens, place):
    """The tokens of the argument that begins there, and the place of what ends it."""
    depth, start = 0, place
    while place < len(tokens):
        token = tokens[place]
        if depth == 0 and token in list(",)}];"):
            break
        depth += (token in "([{") - (token in ")]}")
        place += 1
    return tokens[start:place], place


def nth_argument(tokens, place, number):
    for _ in range(number):
        _, place = argument(tokens, place)
        if place >= len(tokens) or tokens[place] != ",":
            return []
        place += 1
    return argument(tokens, place)[0]


def sentences_in(tokens):
    """The messages for the user among these tokens, with … for what is filled in."""
    found = []
    for place, token in enumerate(tokens[:-1]):
        if token not in TRANSLATED or tokens[place + 1] != "(":
            continue
        for number in range(TRANSLATED[token]):
            words = nth_argument(tokens, place + 2, number)
            if words and all(word.startswith('"') for word in words):
                text = "".join(word[1:-1] for word in words)
                found.append(re.sub(r"\{[^{}a-z]*[a-z]?\}", "…", text))
    return found


def messages_of(tokens):
    """The arguments that are the first sentence of an error."""
    for place, token in enumerate(tokens[:-1]):
        if token in MAKERS and tokens[place + 1] == "(":
            yield token, nth_argument(tokens, place + 2, MAKERS[token])
        elif token == "ErrorKind" and tokens[place + 1] == "::" and tokens[place + 3] == ",":
            yield token, argument(tokens, place + 4)[0]
        elif token == "message" and tokens[place - 1] == "." and tokens[place + 1] in "=":
            yield token, argument(tokens, place + 2)[0]


def sources():
    return sorted(file for room in ROOMS for file in (TOP / room).rglob("*") if file.suffix in (".cpp", ".h"))


def entries():
    text = (TOP / "docs/manual/troubleshooting.md").read_text("utf-8")
    return re.findall(r"^- \*\*(.+?)\*\*(?: |$)", text, re.M)


def documents():
    listed = subprocess.run(["git", "-c", "safe.directory=*", "-C", TOP, "ls-files", "*.md"],
                            capture_output=True, text=True, check=False).stdout.split("\n")
    found = [TOP / name for name in listed if name] or list(TOP.glob("*.md")) + list(TOP.glob("docs/**/*.md"))
    return [file for file in found if file.is_file()]


def anchors_in(file):
    """The anchors of a page of Markdown: those that are given, and those that its headings make."""
    text = re.sub(r"^```.*?^```$", "", file.read_text("utf-8"), flags=re.M | re.S)
    found = set(re.findall(r"\{#([\w-]+)\}", text))
    for title in re.findall(r"^#+ (.+?)(?: \{#.*)?$", text, re.M):
        found.add(re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower()))
    return found


class Page(html.parser.HTMLParser):
    """The anchors, links and pictures of the built page."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.pictures = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.anchors.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)
            elif (tag, name) == ("img", "src"):
                self.pictures.append(value)


class Manual(unittest.TestCase):
    def test_each_error_sentence_has_its_entry(self):
        said, unknown, translated = set(), [], set()
        for file in sources():
            tokens = tokens_of(file)
            translated.update(sentences_in(tokens))
            for maker, message in messages_of(tokens):
                found = sentences_in(message)
                said.update(sentence for sentence in found if re.search(r"\w", sentence))
                text = " ".join(message)
                if not found and maker in ("fail", "ErrorKind") and text and text not in PASSED_ON:
                    unknown.append(f"{file.relative_to(TOP)}: {text}")
        self.assertGreater(len(said), 150)
        self.assertFalse(unknown, "Say in MAKERS or PASSED_ON where these sentences come from.")
        listed = entries()
        self.assertEqual(len(listed), len(set(listed)), "an entry is there twice")
        self.assertFalse(said - set(listed), "docs/manual/troubleshooting.md has no entry for these")
        self.assertFalse(set(listed) - translated, "docs/manual/troubleshooting.md has entries that nothing says")

    def test_links_and_pictures_exist(self):
        missing = []
        for file in documents():
            text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", file.read_text("utf-8"), flags=re.M | re.S)
            for address in re.findall(r"\]\(([^)\s]+)\)", text):
                if re.match(r"https?:|mailto:", address):
                    continue
                name, _, anchor = address.partition("#")
                target = (file.parent / name).resolve() if name else file
                if not target.exists() or (anchor and anchor not in anchors_in(target)):
                    missing.append(f"{file.relative_to(TOP)}: {address}")
        self.assertFalse(missing)

    @unittest.skipUnless(PAGE, "without python3-markdown there is no page")
    def test_page_is_whole(self):
        page = Page(PAGE.read_text("utf-8"))
        self.assertEqual(len(page.anchors), len(set(page.anchors)))
        self.assertFalse([name for name in page.anchors if re.search(r"_\d+$", name)], "two headings share a name")
        self.assertGreater(len(page.links), 50)
        for link in page.links:
            self.assertRegex(link, r"^(https?://|#)")
            if link.startswith("#"):
                self.assertIn(link[1:], page.anchors)
        self.assertGreater(len(page.pictures), 5)
        self.assertFalse([name for name in page.pictures if not (PAGE.parent / name).is_file()])

    @unittest.skipUnless(PAGE, "without python3-markdown there is no page")
    def test_help_opens_sections_that_exist(self):
        wanted = {name for file in sources() if file.suffix == ".cpp"
                  for name in re.findall(r'offer_help\([^;"]*"([\w-]+)"\)', file.read_text("utf-8"))}
        self.assertGreaterEqual(wanted, {"key", "unfinished"})
        self.assertFalse(wanted - set(Page(PAGE.read_text("utf-8")).anchors))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
