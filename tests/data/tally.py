#!/usr/bin/env python3
"""Counts a finished demo again, sharing no code with the service.

    tally.py DIR REFERENTIAL.json [REFERENTIAL.json …]

DIR is the folder of a demo: raw/*.csv (every line of every sheet, counted or not, with what decides whether it
counts), tally.csv (what the rules proposed and the jury decided, deliberation by deliberation), demo.json and the
minutes as PDF. The référentiels come as `parchemin referential show --json` prints them. Each decision is counted
at its own hour, from what was known then:

* only signed sheets count, whatever became of their seat; not those of a juror who stepped aside, or whose tie
  was found, for that candidate; and for each method those of the newest sitting alone: a resit replaces its
  method and carries the others;
* while an open seat has not signed, or fewer sat than the jury needs, a line is not scored;
* a line of an option that the juror did not choose is not applicable;
* several jurors: the middle rank, the lower of two middles; a settlement stands in their place;
* a criterion is acquired from the scale's rank `met_from`; «not applicable» leaves every count;
* a competency is acquired when nothing is under rank 2 or unobserved and at least half is acquired;
* a block when all its competencies are, unless it was held from before or carried; whoever was away from every
  sitting that assesses it is absent or excused;
* the certification when every block is acquired, by a decision that stands or from before, and no requirement
  waits or is unmet; a requirement on the sheets of the jury is what the jury made of it.

Exit 1 with each difference: in the proposals, in the outcomes, or between tally.csv and the signed minutes.
"""

import csv
import json
import pathlib
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict


def read(path):
    with open(path, encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def marked(state, rank):
    return int(rank) if state == "scored" else {"not_applicable": "na", "not_observed": "no"}.get(state)


def middle(marks):
    """One rank, «na», «no», or None when the chair should have settled and did not."""
    if all(mark == "na" for mark in marks):
        return "na"
    if all(mark == "no" for mark in marks):
        return "no"
    if any(mark in ("na", "no") for mark in marks):
        return None
    ranks = sorted(marks)
    return None if ranks[-1] - ranks[0] >= 2 else ranks[(len(ranks) - 1) // 2]


class Story:
    """Everything raw, asked «as at» an instant. Instants are RFC 3339 in UTC: they compare as text."""

    def __init__(self, folder, standards):
        raw = {path.stem: read(path) for path in (folder / "raw").glob("*.csv")}
        self.standard = {row["dossier"]: standards[row["referential"]] for row in raw["dossiers"]}
        self.sittings = {row["sitting"]: row for row in raw["sittings"]}
        self.closed = {row["seat"]: row["closed_at"] for row in raw["seats"]}
        self.recusals, self.requirements, self.settled = raw["recusals"], raw["requirements"], raw["settlements"]
        self.acquired, self.slots = raw["acquired"], raw["slots"]
        self.sheets = defaultdict(list)
        for row in raw["sheets"]:
            self.sheets[row["dossier"]].append(row)
        self.scores, self.choices = defaultdict(dict), defaultdict(set)
        for row in raw["scores"]:
            self.scores[row["sheet"]][(row["method"], row["criterion"])] = marked(row["state"], row["rank"])
        for row in raw["choices"]:
            self.choices[(row["sheet"], row["method"], row["choice"])].add(row["option"])

    def aside(self, seat, dossier, at):
        return any(
            row["seat"] == seat and row["dossier"] == dossier and row["recorded_at"] <= at for row in self.recusals
        )

    def known(self, dossier, at):
        """Sheets of those who assess the candidate, of the sittings that have begun."""
        return [
            sheet
            for sheet in self.sheets[dossier]
            if self.sittings[sheet["sitting"]]["starts_at"] <= at and not self.aside(sheet["seat"], dossier, at)
        ]

    def results(self, dossier, at):
        """By line: a rank, «na», «no» or None; and nothing for what nobody was asked."""
        standard = self.standard[dossier]
        whens = {
            line["id"]: line.get("when")
            for block in standard["blocks"]
            for line in block["criteria"]
        }
        methods = defaultdict(set)
        for block in standard["blocks"]:
            for line in block["criteria"]:
                methods[line["method"]].add(line["id"])
        known = self.known(dossier, at)
        signed = [sheet for sheet in known if sheet["signed"] == "true"]
        for sheet in signed:
            for method, line in self.scores[sheet["sheet"]]:
                methods[method].add(line)
        found = {}
        for method, lines in methods.items():
            of_method = [
                sheet for sheet in signed if any(key[0] == method for key in self.scores[sheet["sheet"]])
            ]
            if not of_method:
                continue
            newest = max((sheet["sitting"] for sheet in of_method), key=lambda one: self.sittings[one]["starts_at"])
            counted = [sheet for sheet in of_method if sheet["sitting"] == newest]
            waiting = any(
                sheet["sitting"] == newest
                and sheet["signed"] != "true"
                and not (self.closed[sheet["seat"]] and self.closed[sheet["seat"]] <= at)
                for sheet in known
            )
            short = len(counted) < standard["jury"]["default"]["members_at_least"]
            for line in lines:
                found[line] = (
                    None if waiting or short else self.line(dossier, newest, method, line, whens.get(line), counted, at)
                )
        return found

    def line(self, dossier, sitting, method, line, when, counted, at):
        for row in self.settled:
            if (row["sitting"], row["dossier"], row["criterion"]) == (sitting, dossier, line) and row["settled_at"] <= at:
                return marked(row["state"], row["rank"])
        marks = []
        for sheet in counted:
            chosen = self.choices[(sheet["sheet"], method, when["choice"])] if when else None
            if when and chosen and when["option"] not in chosen:
                marks.append("na")
            else:
                marks.append(self.scores[sheet["sheet"]].get((method, line)))
        return None if None in marks else middle(marks)

    def away(self, dossier, block, at):
        """«absent» or «excused» from every sitting that assesses the block, or nothing."""
        methods = {method["id"] for method in block["methods"]}
        said = []
        for slot in self.slots:
            sitting = self.sittings[slot["sitting"]]
            begun = sitting["starts_at"] <= at and not sitting["ended"]
            if slot["dossier"] == dossier and begun and methods & set(sitting["methods"].split()):
                said.append(slot["attendance"])
        return said[-1] if said and all(one in ("absent", "excused") for one in said) else None

    def held(self, dossier, at):
        return {row["block"] for row in self.acquired if row["dossier"] == dossier and row["recorded_at"] <= at}

    def states(self, dossier, results, at):
        """How each requirement stood."""
        standard, found = self.standard[dossier], {}
        for row in self.requirements:
            if row["dossier"] == dossier and row["from"] <= at and not (row["until"] and row["until"] <= at):
                found[row["requirement"]] = row["state"]
        for asked in standard["requirements"]:
            slug = asked["id"]
            if slug in results and found.get(slug) != "waived":
                rank = results[slug]
                met = isinstance(rank, int) and rank >= standard["scale"]["met_from"]
                found[slug] = "met" if met else "pending" if rank in (None, "na") else "unmet"
        return [found.get(asked["id"], "pending") for asked in standard["requirements"]]


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


def standing(tally, dossier, block, at):
    """The decision on a block that stood at an instant, if any."""
    return next(
        (
            row
            for row in tally
            if row["dossier"] == dossier
            and row["block"] == block
            and row["decided_at"] <= at
            and not (row["ended_at"] and row["ended_at"] <= at)
        ),
        None,
    )


def acquired_blocks(story, tally, dossier, at):
    decided = (standing(tally, dossier, block["id"], at) for block in story.standard[dossier]["blocks"])
    return story.held(dossier, at) | {row["block"] for row in decided if row and row["decision"] == "acquired"}


def proposals(story, tally):
    differences = []
    for row in tally:
        dossier, target, at = row["dossier"], row["block"], row["decided_at"]
        who = f"{row['candidate']} ({row['minutes']}) {target}"
        standard, results = story.standard[dossier], story.results(row["dossier"], at)
        if target == "certification":
            states = story.states(dossier, results, at)
            missing = {block["id"] for block in standard["blocks"]} - acquired_blocks(story, tally, dossier, at)
            # What is refused and what still waits: waiting comes first.
            expected = "incomplete" if "pending" in states else "refused" if missing or "unmet" in states else "proposed"
        else:
            block = next(one for one in standard["blocks"] if one["id"] == target)
            away = story.away(dossier, block, at)
            if (row["decision"] if row["decision"] in ("absent", "excused") else None) != away:
                differences.append(f"{who}: {away or 'present'} at the door, {row['decision']} decided")
            if target in story.held(dossier, at):
                differences.append(f"{who}: held from before, and decided again")
            expected = proposal_of_block(block, results, standard["scale"]["met_from"])
        if expected != row["proposal"]:
            differences.append(f"{who}: counted {expected}, the service said {row['proposal']}")
    return differences


def outcomes(folder, tally):
    """What each person came to, against what the demo printed."""
    found = Counter()
    for candidate in {row["candidate"] for row in tally}:
        decided = {row["decision"] for row in tally if row["candidate"] == candidate and not row["ended_at"]}
        order = [("awarded", "full"), ("acquired", "partial"), ("not_acquired", "refused"), ("absent", "absent")]
        found[next((name for decision, name in order if decision in decided), "excused")] += 1
    told = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["outcomes"]
    return [] if dict(found) == told else [f"outcomes: counted {dict(found)}, the demo said {told}"]


WORDS = {
    "acquired": "Décidé : acquis",
    "not_acquired": "Décidé : non acquis",
    "absent": "Décidé : absent",
    "excused": "Décidé : excusé",
    "awarded": "Décidée : délivrée",
    "not_awarded": "Décidée : non délivrée",
}
ALREADY = "Acquis auparavant"


def plain(text):
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00a0", " ").replace("\u202f", " ").split())


def minutes(folder):
    """The text of the newest document of each number: signed, with the names as they stand."""
    newest = {path.name[:12]: path for path in sorted((folder / "documents" / "minutes").glob("*.pdf"))}
    texts = {}
    for number, path in newest.items():
        shown = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True)
        texts[number] = plain(shown.stdout.decode("utf-8"))
    return texts


def in_minutes(folder, story, tally):
    """Each number tells each of its decisions as often as tally.csv does, each candidate and each reason."""
    texts, differences = minutes(folder), []
    for number in sorted({row["minutes"] for row in tally} ^ set(texts)):
        differences.append(f"{number}: in tally.csv or on paper, not in both")
    for number, text in texts.items():
        rows = [row for row in tally if row["minutes"] == number]
        for candidate in dict.fromkeys(row["candidate"] for row in rows):
            if plain(candidate) not in text:
                differences.append(f"{number}: {candidate} is not there")
        for decision, words in WORDS.items():
            told, shown = sum(1 for row in rows if row["decision"] == decision), text.count(plain(words))
            if shown != told:
                differences.append(f"{number}: «{words}» {told} times in tally.csv, {shown} in the minutes")
        before = 0
        for dossier in {row["dossier"] for row in rows}:
            own = [row for row in rows if row["dossier"] == dossier]
            last = max(row["decided_at"] for row in own)
            before += len(acquired_blocks(story, tally, dossier, last) - {row["block"] for row in own})
        if text.count(ALREADY) != before:
            differences.append(f"{number}: {before} blocks held from before, {text.count(ALREADY)} in the minutes")
        for reason in {row["reason"] for row in rows if row["reason"]}:
            first = " ".join(plain(reason).split()[:4])
            if first not in text:
                differences.append(f"{number}: «{first}…»: a reason that the minutes do not give")
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
    story = Story(folder, standards)
    differences = proposals(story, tally) + outcomes(folder, tally) + in_minutes(folder, story, tally)
    for difference in differences:
        print(difference)
    print(f"{len(tally)} decisions counted again, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
