#!/usr/bin/env python3
"""Compares a référentiel with the printed document that it was read from, word for word.

    verbatim.py SOURCE.txt REFERENTIAL.json

SOURCE is the printed table as text: one row a line, cells parted by tabs, HTML in the cells.
REFERENTIAL is what `parchemin referential show --json FILE` prints. Nothing of the product is used
here, so that a fault of its reader cannot hide a fault of the file.

Checked both ways:
- every printed text of the référentiel stands in the document, with its printed code or heading before
  it; a text cut by a page break is found in pieces: the end of a cell, whole cells, the start of a cell;
- every word of the document stands in some text of the référentiel, column headings and «BLOC N° n» aside.

Tags, list dashes and white space are left out of the comparison on both sides.
Exit: 0 when both hold, 1 when something is missing, 2 when the arguments are wrong.
"""

import json
import re
import sys

# A page break puts the column headings and the block's title between two pieces of a text.
LINES_BETWEEN_PIECES = 10
HEADING = re.compile(r"^(R[EÉ]F[EÉ]RENTIEL D|MODALIT[EÉ]S D'|CRIT[EÈ]RES D')")
BLOCK_LABEL = re.compile(r"^BLOC N° \d+( :)?(?= |$)")


def words(text):
    """The words to compare: without tags, emphasis marks, list dashes and white space."""
    text = re.sub(r"</?(?:b|i|em|strong)>|\*\*|^#+ ", "", text)
    text = re.sub(r"<[^>]*>", " ", text)
    found = (re.sub(r"(?<=.)-+$", "", word) for word in text.split())
    return [word for word in found if word.strip("-")]


class Cell:
    def __init__(self, line, column, text):
        self.line = line
        self.column = column
        self.words = words(text)
        self.used = [False] * len(self.words)

    def use(self, start, count):
        self.used[start : start + count] = [True] * count


def read_source(path):
    cells = []
    with open(path, encoding="utf-8") as source:
        for line, row in enumerate(source, start=1):
            for column, text in enumerate(row.rstrip("\n").split("\t")):
                cell = Cell(line, column, text)
                if cell.words:
                    cells.append(cell)
    for cell in cells:
        printed = " ".join(cell.words)
        label = BLOCK_LABEL.match(printed)
        if HEADING.match(printed):
            cell.use(0, len(cell.words))
        elif label:
            cell.use(0, len(label.group().split()))
    return cells


def find_whole(cells, wanted):
    """Marks every place where the words stand together in one cell."""
    found = False
    for cell in cells:
        for start in range(len(cell.words) - len(wanted) + 1):
            if cell.words[start : start + len(wanted)] == wanted:
                cell.use(start, len(wanted))
                found = True
    return found


def pieces_after(cells, last, wanted):
    """The rest of a cut text, as (cell, start, count) pieces below `last`, or None."""
    for cell in cells:
        if cell.column != last.column or not 0 < cell.line - last.line <= LINES_BETWEEN_PIECES:
            continue
        if cell.words[: len(wanted)] == wanted:
            return [(cell, 0, len(wanted))]
        count = len(cell.words)
        if wanted[:count] == cell.words:
            rest = pieces_after(cells, cell, wanted[count:])
            if rest:
                return [(cell, 0, count), *rest]
    return None


def find_in_pieces(cells, wanted):
    """Marks the pieces of a text cut by page breaks, the longest beginning first."""
    for count in range(len(wanted) - 1, 0, -1):
        for cell in cells:
            if cell.words[-count:] != wanted[:count]:
                continue
            rest = pieces_after(cells, cell, wanted[count:])
            if rest:
                pieces = [(cell, len(cell.words) - count, count), *rest]
                for piece, start, length in pieces:
                    piece.use(start, length)
                return pieces
    return None


def printed_texts(referential):
    """Yields (name, spellings): what must be found, under any one of its spellings."""
    yield "source", [referential["source"]["title"]]
    for part in ("preamble", "closing"):
        for place, text in enumerate(referential.get(part, []), start=1):
            yield f"{part} {place}", [text]
    for block in referential["blocks"]:
        yield block["id"], [block["title"]]
        for activity in block["activities"]:
            code, title = activity["code"], activity["title"]
            yield activity["id"], [f"{code} {title}", f"{code}. {title}"]
            for place, task in enumerate(activity["tasks"], start=1):
                yield f"{activity['id']} task {place}", [task["text"]]
                if "under" in task:
                    yield f"{activity['id']} task {place}, heading", [task["under"]]
            for competency in activity["competencies"]:
                yield competency["id"], [f"{competency['code']} {competency['text']}"]
        for method in block["methods"]:
            yield method["id"], [f"{method['title']} {method['text']}"]
        for criterion in block["criteria"]:
            yield criterion["id"], [criterion["text"]]
    for requirement in referential.get("requirements", []):
        yield requirement["id"], [requirement["text"]]


def repeats(run, texts):
    """Words printed twice and kept once: they stand, in this order, in a text of the référentiel."""
    return any(
        text[start : start + len(run)] == run for text in texts for start in range(len(text) - len(run) + 1)
    )


def left_over(cells, texts):
    """Yields (cell, words) for each run of the document that no text accounts for."""
    for cell in cells:
        run = []
        for word, used in [*zip(cell.words, cell.used), ("", True)]:
            if not used:
                run.append(word)
            elif run:
                if len(run) > 3 and repeats(run, texts):
                    print(f"printed twice, line {cell.line}: {' '.join(run)}")
                else:
                    yield cell, run
                run = []


def totals(referential):
    sums = [0, 0, 0, 0]
    for block in referential["blocks"]:
        counts = [
            len(block["activities"]),
            sum(len(activity["competencies"]) for activity in block["activities"]),
            len(block["methods"]),
            len(block["criteria"]),
        ]
        sums = [total + count for total, count in zip(sums, counts)]
        print(f"block {block['number']}: " + describe(counts))
    print(f"all {len(referential['blocks'])} blocks: " + describe(sums))


def describe(counts):
    names = ("activities", "competencies", "methods", "criteria")
    return ", ".join(f"{count} {name}" for count, name in zip(counts, names))


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, dump = arguments
    cells = read_source(source)
    with open(dump, encoding="utf-8") as file:
        referential = json.load(file)
    faults = 0
    texts = []
    for name, spellings in printed_texts(referential):
        wanted = [words(spelling) for spelling in spellings]
        texts += wanted
        if any([find_whole(cells, spelling) for spelling in wanted]):
            continue
        pieces = next(filter(None, (find_in_pieces(cells, spelling) for spelling in wanted)), None)
        if pieces:
            lines = ", ".join(str(cell.line) for cell, _, _ in pieces)
            print(f"joined, lines {lines}: {name}")
        else:
            faults += 1
            print(f"NOT IN THE DOCUMENT: {name}: {spellings[0]}")
    for cell, run in left_over(cells, texts):
        faults += 1
        print(f"NOT IN THE RÉFÉRENTIEL, line {cell.line}, column {cell.column + 1}: {' '.join(run)}")
    totals(referential)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
