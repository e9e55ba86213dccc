"""Every catalogue is complete, and fills in what the messages do; every source with a message is in POTFILES."""

import pathlib
import re
import subprocess
import sys
import tempfile

MESSAGE = re.compile(r'\b(?:_|N_|tr|trn|ngettext_)\(\s*"')
ROOMS = ("base", "client", "image", "plugin", "ui")
KEYWORDS = ["--keyword=_", "--keyword=N_", "--keyword=tr:1", "--keyword=trn:1,2", "--keyword=ngettext_:1,2",
            "--flag=tr:1:c++-format", "--flag=trn:1:c++-format", "--flag=trn:2:c++-format"]


def sources_with_messages(root):
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in (".h", ".cpp") and MESSAGE.search(file.read_text(encoding="utf-8")):
                yield str(file.relative_to(root))


def main():
    root = pathlib.Path(sys.argv[1])
    listed = (root / "po" / "POTFILES").read_text().split()
    found = list(sources_with_messages(root))
    problems = [f"po/POTFILES lacks {name}" for name in found if name not in listed]
    problems += [f"po/POTFILES names {name}, which has no messages" for name in listed if name not in found]

    with tempfile.TemporaryDirectory() as folder:
        template, merged = f"{folder}/messages.pot", f"{folder}/merged.po"
        subprocess.run(["xgettext", "--from-code=UTF-8", "--language=C++", *KEYWORDS, "-o", template, *found],
                       cwd=root, check=True)
        for language in (root / "po" / "LINGUAS").read_text().split():
            catalogue = root / "po" / f"{language}.po"
            subprocess.run(["msgmerge", "--quiet", "--no-fuzzy-matching", str(catalogue), template, "-o", merged],
                           check=True)
            checked = subprocess.run(["msgfmt", "--check", "--statistics", "-o", "/dev/null", merged],
                                     capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
            print(language, checked.stderr.strip())
            if checked.returncode != 0 or "untranslated" in checked.stderr or "fuzzy" in checked.stderr:
                missing = subprocess.run(["msgattrib", "--untranslated", "--no-obsolete", merged],
                                         capture_output=True, text=True).stdout
                problems.append(f"po/{language}.po is not complete:\n{missing}")
    if problems:
        sys.exit("\n".join(problems))


main()
