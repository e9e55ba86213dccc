"""The commands in a Markdown document: its indented blocks."""

import re


def blocks(document):
    """The indented blocks outside of fences, without their indentation."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.M | re.S)
    for block in re.findall(r"(?:(?:^ {4,}.*)?\n)+", text, re.M):
        lines = block.strip("\n").split("\n")
        margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
        if margin:
            yield "\n".join(line[margin:] for line in lines)


def run_each(documents, ways, not_run=()):
    """Calls the way whose words a block begins with; the error, if a block has none or a way no block."""
    done = set()
    for document in documents:
        for block in blocks(document):
            way = next((begin for begin in ways if block.startswith(begin)), None)
            if way:
                ways[way](block)
                done.add(way)
            elif not any(block.startswith(begin) for begin in not_run):
                return f"nothing runs what {document.name} says: {block}"
    return f"no document says {set(ways) - done}" if done != set(ways) else None
