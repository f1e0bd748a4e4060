"""Names in a finished message that the dossier does not know.

A capitalised word is a name until the template, or ordinary English, uses it. A single
capitalised word that opens a sentence cannot be told from a name for certain; it is
questioned where it is addressed (“Bob, …”) or acts (“Bob said …”).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipeline.drafting.tokens import TAKEN, Found, first_name_text, person_text, plain
from pipeline.model import Dossier, Person

#: Words that open sentences or headings in business English, in lower case.
_ENGLISH = """
a about above according account accounts actually additionally after again all along already
also although always am an and another any anyone anything apologies apparently are as ask at
attached back based be because been before below best both but by can cc cheers colleagues
confirm congratulations could currently dear despite did do does due during each early either
enclosed even every everyone everything finally first following for forgive friendly from
further furthermore fyi given good great greetings had happy has have having he hello hence
here hey hi hope hopefully how however i if in indeed instead invoice invoices is it its just
kind kindly last late later let like likewise looking many may maybe meanwhile might more
moreover most much must my naturally never new next no nobody none nor not note nothing now of
office ok okay on once one only open or order other otherwise our out outstanding over overdue
part past pay payment payments perhaps please po previously quick quite re really receivables
recently records regarding regards reminder respectfully same several shall she should similarly
simply since sincerely so some someone something sometimes soon sorry statement still subject
such sure thank thanks that the their then there therefore these they this those though through
thus to today together tomorrow too two under unfortunately unless until up update upon urgent
us very was we welcome well were what whatever when whenever where whether which while who whom
why will wishing with within without would yes yesterday yet you your yours ap ar vat asap pdf
cfo erp edi eta am pm ps p s
accounting sales delivery support engineering procurement purchasing finance billing treasury
department team management customer customers service services payable executive manager director
controller clerk president officer chief owner head vice collections company
"""
_ORDINARY = frozenset(_ENGLISH.split())
#: Words that follow a name which acts.
_VERBS = "will has had said told is was wrote confirmed promised mentioned asked says agreed can "
_VERBS += "and from would or at"
_ACTS = frozenset(_VERBS.split())
_GREETING = re.compile(
    r"\s*(?:hi|hello|hey|dear|greetings|good (?:morning|afternoon|evening|day))\b(.*)",
    re.IGNORECASE,
)
_ALL = "there all team both everyone colleagues again sir madam or and"
_SALUTED = frozenset(_ALL.split())
_CLOSING = re.compile(
    r"\s*(?:(?:with )?(?:kind|best|warm|many)? ?(?:regards|wishes|thanks)|thank you|sincerely|best|"
    r"cheers|yours (?:sincerely|truly|faithfully))(?: and best regards)?\s*[,.!]?\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_LINKING = re.compile(r"[ \t]+(?:(?:of|de|van|von|der|den|la|le|&|and)[ \t]+)?\Z|\.[ \t]+\Z")


def unknown_names(
    text: str, left: str, found: list[Found], dossier: Dossier, template: frozenset[str]
) -> list[str]:
    """One sentence for each name of a text that is no name of the case."""
    ordinary = _ORDINARY | template
    parts = _parts(dossier)
    troubles = [f"“{name}” is no name of this case." for name in _strangers(left, ordinary, parts)]
    troubles += [f"“{word}” is written in another alphabet." for word in _foreign(left)]
    return [
        *troubles,
        *_greeting(text, left, found, dossier),
        *_signature(text, left, found, dossier, ordinary),
    ]


def capitalised(left: str) -> set[str]:
    """The names of a text whose known tokens are blanked out, as far as English tells."""
    return set(_strangers(left, _ORDINARY, ""))


def ordinary(word: str) -> bool:
    """Whether ordinary business English opens sentences with a word."""
    return _usual(word, _ORDINARY)


def _parts(dossier: Dossier) -> str:
    """All known names in one text, to find a part of one (“Acme” of “Acme Corporation”)."""
    people = [p.name for p in (dossier.contact, dossier.owner) if p is not None]
    return " | ".join([dossier.customer_name, dossier.sender_name, *people]).join("  ")


def _strangers(left: str, ordinary: frozenset[str], parts: str) -> Iterator[str]:
    for line in left.split("\n"):
        for group in _groups(line):
            name = line[group[0].start() : group[-1].end()]
            if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", parts) and _strange(
                line, group, ordinary
            ):
                yield name


def _groups(line: str) -> Iterator[list[re.Match[str]]]:
    """Runs of capitalised words, joined by blanks, initials and words such as “van” or “&”."""
    group: list[re.Match[str]] = []
    for word in _WORD.finditer(line):
        if not word[0][0].isupper():
            continue
        if group and not _joined(line, group[-1], word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _joined(line: str, first: re.Match[str], second: re.Match[str]) -> bool:
    between = line[first.end() : second.start()]
    return _LINKING.fullmatch(between) is not None and ("." not in between or len(first[0]) == 1)


def _strange(line: str, group: list[re.Match[str]], ordinary: frozenset[str]) -> bool:
    unknown = [word for word in group if not _usual(word[0], ordinary)]
    if not unknown:
        return False
    if len(group) > 1 or not _opens(line, group[0].start()):
        return True
    after = line[group[0].end() :]
    following = _WORD.search(after)
    acts = following is not None and following[0].casefold() in _ACTS
    return after.startswith((",", "'s", "’s")) or (acts and not after.lstrip().startswith("("))


def _usual(word: str, ordinary: frozenset[str]) -> bool:
    base = re.sub(r"['’](?:s|m|d|ll|re|ve|t)$", "", word.casefold())
    return base in ordinary or all(part in ordinary for part in base.split("-"))


def _opens(line: str, start: int) -> bool:
    return re.search(r"(?:\A|[.!?:;]|[-*•–])[\s\"“'(]*\Z", line[:start]) is not None


def _foreign(left: str) -> list[str]:
    letters = (c for c in left if c.isalpha() and ord(c) > 127 and c != TAKEN)
    return sorted({c for c in letters if not unicodedata.name(c, "").startswith("LATIN")})


def _greeting(text: str, left: str, found: list[Found], dossier: Dossier) -> Iterator[str]:
    """The greeting names the contact and nobody else."""
    span = next((s for s in list(_lines(left))[1:] if left[slice(*s)].strip()), None)
    if span is None:
        return
    line = left[slice(*span)]
    match = _GREETING.match(line)
    rest = match[1] if match else line if re.fullmatch(r"[^,.]{1,40},\s*", line) else ""
    said = text[slice(*span)].strip().rstrip(",")
    if any(word[0].casefold() not in _SALUTED for word in _WORD.finditer(rest.partition(",")[0])):
        yield f"The greeting “{said}” names someone who is not the contact."
    elif _others(found, span, dossier.contact):
        yield f"The greeting “{said}” is not to the contact."


def _signature(
    text: str, left: str, found: list[Found], dossier: Dossier, ordinary: frozenset[str]
) -> Iterator[str]:
    """What follows the closing names the owner or the sender and nobody else."""
    spans = list(_lines(left))[1:]
    closings = [n for n, span in enumerate(spans) if _CLOSING.fullmatch(left[slice(*span)])]
    for span in spans[closings[-1] + 1 :] if closings else []:
        line = left[slice(*span)]
        words = [word[0] for word in _WORD.finditer(line)]
        if len(words) > 5 or line.rstrip().endswith((".", "?", "!")):
            continue
        if not all(_usual(word, ordinary) for word in words) or _others(found, span, dossier.owner):
            said = text[slice(*span)].strip()
            yield f"The signature “{said}” is not the owner's or the sender's."


def _others(found: list[Found], span: tuple[int, int], person: Person | None) -> bool:
    """Whether a line names a known person other than the one meant."""
    names = {f.text for f in found if f.kind == "person" and span[0] <= f.start < span[1]}
    if person is None:
        return bool(names)
    own = {person.name, person_text(person.name), first_name_text(person.name)}
    return bool(names - {plain(name).strip() for name in own})


def _lines(left: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in left.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1
