#!/usr/bin/env python3
"""Counts a finished demo again, sharing no code with the service.

    tally.py DIR REFERENTIAL.json [REFERENTIAL.json …]

DIR is the folder of a demo: scores.csv (every juror's marks and the chair's settlements), requirements.csv,
tally.csv (what the service proposed and the jury decided) and the minutes as PDF. The référentiels come as
`parchemin referential show --json` prints them. From the marks alone the default rules are applied anew:

* several jurors: the middle rank, the lower of two middles; a settlement stands in their place;
* a criterion is acquired from the scale's rank `met_from`; «not applicable» leaves every count;
* a competency is acquired when nothing is under rank 2 or unobserved and at least half is acquired;
* a block when all its competencies are; the certification when all blocks are and no requirement waits.

Exit 1 with each difference: in the proposals, or between tally.csv and the text of the signed minutes.
"""

import csv
import json
import pathlib
import subprocess
import sys
import unicodedata


def read(path):
    with open(path, encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def result(marks, settled):
    """One rank, «na», «no», or None when the chair should have settled and did not."""
    if settled:
        return settled
    states = {state for state, _ in marks}
    if states == {"not_applicable"}:
        return "na"
    if states == {"not_observed"}:
        return "no"
    if states != {"scored"}:
        return None
    ranks = sorted(rank for _, rank in marks)
    if ranks[-1] - ranks[0] >= 2:
        return None
    return ranks[(len(ranks) - 1) // 2]


def marked(state, rank):
    if state == "scored":
        return int(rank)
    return {"not_applicable": "na", "not_observed": "no"}.get(state)


def lines_of(block, competency):
    """The lines that a competency rests on; itself, when no criterion serves it."""
    serving = [criterion["id"] for criterion in block["criteria"] if competency in criterion["serves"]]
    return serving or [competency]


def proposal_of_block(block, results, met_from):
    verdicts = []
    for activity in block["activities"]:
        for competency in activity["competencies"]:
            found = [results.get(line) for line in lines_of(block, competency["id"])]
            asked = [one for one in found if one != "na"]
            if not asked or None in asked:
                verdicts.append("incomplete")
                continue
            low = any(one == "no" or one < 2 for one in asked)
            acquired = sum(1 for one in asked if one != "no" and one >= met_from)
            verdicts.append("refused" if low or 2 * acquired < len(asked) else "proposed")
    if "incomplete" in verdicts:
        return "incomplete"
    return "refused" if "refused" in verdicts else "proposed"


def count(folder, standards):
    results, owner = {}, {}
    grouped = {}
    for row in read(folder / "scores.csv"):
        key = (row["candidate"], row["criterion"])
        owner[row["candidate"]] = row["referential"]
        marks, _ = grouped.setdefault(key, ([], marked(row["settled_state"], row["settled_rank"])))
        rank = int(row["rank"]) if row["rank"] else None
        marks.append((row["state"], rank))
    for (candidate, criterion), (marks, settled) in grouped.items():
        results.setdefault(candidate, {})[criterion] = result(marks, settled)
    waiting = {}
    for row in read(folder / "requirements.csv"):
        owner.setdefault(row["candidate"], row["referential"])
        waiting.setdefault(row["candidate"], []).append(row["state"])
    return results, owner, waiting


def proposals(folder, standards, tally):
    results, owner, waiting = count(folder, standards)
    differences = []
    for row in tally:
        candidate, target = row["candidate"], row["block"]
        if candidate not in results:
            if row["proposal"] != "incomplete" or row["decision"] not in ("absent", "excused"):
                differences.append(f"{candidate} {target}: nobody scored, yet {row['proposal']}/{row['decision']}")
            continue
        standard = standards[owner[candidate]]
        met_from = standard["scale"]["met_from"]
        if target == "certification":
            decided = {one["block"]: one["decision"] for one in tally if one["candidate"] == candidate}
            blocks = [decided.get(block["id"]) for block in standard["blocks"]]
            states = waiting.get(candidate, [])
            if any(one != "acquired" for one in blocks) or "unmet" in states:
                # What is refused and what still waits: waiting comes first.
                expected = "incomplete" if "pending" in states else "refused"
            else:
                expected = "incomplete" if "pending" in states else "proposed"
        else:
            block = next(one for one in standard["blocks"] if one["id"] == target)
            expected = proposal_of_block(block, results[candidate], met_from)
        if expected != row["proposal"]:
            differences.append(f"{candidate} {target}: counted {expected}, the service said {row['proposal']}")
    return differences


WORDS = {
    "acquired": "Décidé : acquis",
    "not_acquired": "Décidé : non acquis",
    "absent": "Décidé : absent",
    "excused": "Décidé : excusé",
    "awarded": "Décidée : délivrée",
    "not_awarded": "Décidée : non délivrée",
}


def plain(text):
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00a0", " ").replace("\u202f", " ").split())


def in_minutes(folder, tally):
    """Each candidate's part of the newest minutes tells each decision as often as tally.csv does."""
    newest = {}
    for path in sorted((folder / "documents" / "minutes").glob("*.pdf")):
        newest[path.name[:12]] = path
    texts = []
    for path in newest.values():
        shown = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True)
        texts.append(plain(shown.stdout.decode("utf-8")))
    text = " ".join(texts)
    differences = []
    for candidate in dict.fromkeys(row["candidate"] for row in tally):
        if plain(candidate) not in text:
            differences.append(f"{candidate}: not in the minutes")
    for decision, words in WORDS.items():
        told = sum(1 for row in tally if row["decision"] == decision)
        shown = text.count(plain(words))
        if shown != told:
            differences.append(f"«{words}»: {told} in tally.csv, {shown} in the minutes")
    for reason in {row["reason"] for row in tally if row["reason"]}:
        first = " ".join(plain(reason).split()[:4])
        if first not in text:
            differences.append(f"«{first}…»: a reason that the minutes do not give")
    return differences


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(sys.argv[1])
    standards = {}
    for path in sys.argv[2:]:
        standard = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        standards[standard["code"]] = standard
    tally = read(folder / "tally.csv")
    if not tally:
        print("tally.csv has no row", file=sys.stderr)
        return 1
    differences = proposals(folder, standards, tally) + in_minutes(folder, tally)
    for difference in differences:
        print(difference)
    print(f"{len(tally)} decisions counted again, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
