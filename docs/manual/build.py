#!/usr/bin/env python3
"""Makes one page of the chapters of the manual: build.py PAGE CHAPTER.md..."""

import pathlib
import re
import sys

import markdown

FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Remote Sharpen</title>
<style>
  :root {{ color-scheme: light dark; }}
  body {{ font: 16px/1.5 sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em; }}
  h1, h2, h3 {{ line-height: 1.2; }}
  h2 {{ margin-top: 2.5em; }}
  nav ul {{ padding-left: 1.2em; }}
  nav > .toc > ul {{ columns: 2; }}
  nav > .toc > ul > li {{ break-inside: avoid; }}
  table {{ border-collapse: collapse; width: 100%; }}
  th, td {{ text-align: left; vertical-align: top; padding: .3em .8em .3em 0; border-bottom: 1px solid #8884; }}
  img {{ max-width: 100%; }}
  code, pre {{ font-family: monospace; background: #8882; }}
  code {{ padding: 0 .2em; }}
  pre {{ padding: .8em; overflow-x: auto; }}
  pre code {{ padding: 0; background: none; }}
</style>
</head>
<body>
<h1>Remote Sharpen</h1>
<nav>
{contents}
</nav>
{text}
</body>
</html>
"""


def with_anchor(text, name):
    """The chapter, with an anchor of its own name if its title has none."""
    return re.sub(r"\A# ([^{\n]+)$", rf"# \1 {{#{name}}}", text, flags=re.M)


def own_link(link, anchors):
    """The link, within the page if it leads to a chapter; the text alone if it leads to a file that is none."""
    address, text = link[1], link[2]
    if re.match(r"https?:|#", address):
        return link[0]
    file, _, anchor = address.partition("#")
    name = pathlib.PurePath(file).name
    return f'<a href="#{anchor or anchors[name]}">{text}</a>' if name in anchors else text


def main():
    page, *files = map(pathlib.Path, sys.argv[1:])
    chapters = {file.name: with_anchor(file.read_text("utf-8"), file.stem) for file in files}
    anchors = {name: re.match(r"# .*\{#([\w-]+)\}", text)[1] for name, text in chapters.items()}
    converter = markdown.Markdown(
        extensions=["attr_list", "fenced_code", "tables", "toc"],
        extension_configs={"toc": {"baselevel": 2, "toc_depth": "2-3"}})
    text = converter.convert("\n\n".join(chapters.values()))
    text = re.sub(r'<a href="([^"]+)">(.*?)</a>', lambda link: own_link(link, anchors), text, flags=re.S)
    text = re.sub(r'(src=")[^"]*/', r"\1", text)  # the pictures lie beside the page
    page.write_text(FRAME.format(contents=converter.toc, text=text), "utf-8")


if __name__ == "__main__":
    main()
