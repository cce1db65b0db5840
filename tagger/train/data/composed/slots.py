"""The slots of templates but for persons: each draws a text with its label.

===========================  ===========================================================================================
`{address}` `{address flat}` a street with the number of a house
`{age}`                      an age, which is no name
`{org}` `{org company}`      an organisation of `organisations.tsv`, of any category or of the one named
`{legal}`                    a company with its legal form: ТОВ «Салант»
`{job}`                      a post that agrees with the person of the same number
`{jobs}`                     a profession in the plural
`{place}` `{place city}`     a place of `places.tsv`; `{town}` a settlement of the gazetteer or the list
`{weapon}` `{weapon tank}`   a weapon, vehicle or device; `{weapon quoted missile}` in quotes if its name is a word
`{unit}`                     a military unit: 93 ОМБр, 47-ма окрема механізована бригада «Магура»
`{latin}` `{latin S}`        a person in Latin letters: both names, the surname, or initial and surname (`f. S`)
`{latin org}` `{nick}`       an organisation in Latin letters, a nickname
`{work}` `{work book}`       a title of a work, in quotes if the template has them
`{document}` `{act}`         a document by name (`{document law}`); one with a number and a date
`{hashtag org}`              a hashtag of a `place`, an `org`, a `person` or an `event`
`{date}` `{weekday}`         see :mod:`tagger.train.data.composed.made.moments`, also `{time}` and `{period}`
`{money}` `{percent}`        see :mod:`tagger.train.data.composed.made.quantities`, also `{quantity length}`
`{n}` `{n 5 20}`             a number that is no name, of 2 to 99 or of the range
===========================  ===========================================================================================
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tagger.errors import DataError
from tagger.train.data.composed import inflection, lists
from tagger.train.data.composed.inflection import HEAD, inflect, plain
from tagger.train.data.composed.made import moments, quantities
from tagger.train.data.composed.made.acts import act
from tagger.train.data.composed.made.military import unit
from tagger.train.data.composed.names import Names
from tagger.train.data.composed.parts import part_of
from tagger.train.data.composed.people import Person, draw_person
from tagger.train.data.name_lists import PLACE

GENDERS_OF_FORMS = {"ФОП": "m", "ГО": "f", "БФ": "m", "ТДВ": "n"}
LEGAL_FORMS = "ТОВ ТОВ ТОВ ТОВ ПП ПП АТ ПрАТ ПАТ ФГ КП КП ДП КНП ТзОВ ГО БФ СТОВ ОСББ ТДВ".split()
LONG_FORMS = ("Товариство|з обмеженою відповідальністю", "Приватне підприємство|", "Комунальне підприємство|")
SETTLEMENTS = ("city", "city", "village")
WITHOUT_QUOTES = re.compile(
    r"[A-Z]+\.?|.*\d.*|.*[A-Za-z].*"
)  # names that are seldom quoted: with digits, in Latin letters
TRIES = 200


@dataclass(frozen=True, slots=True)
class Drawn:
    """What goes into a slot: its text in the case asked for, its label (or empty), and the gender of its name."""

    text: str
    label: str = ""
    gender: str = ""
    key: str = ""  # the name in the nominative, by which it belongs to a part


@dataclass
class Source:
    """Where slots draw from: the names of a part, and the random numbers."""

    names: Names
    part: str
    rng: Random

    def person(self) -> Person:
        """Draw a person."""
        return draw_person(self.names, self.rng)

    def entry(self, name: str, *categories: str) -> lists.Entry:
        """Draw from a list."""
        return self.rng.choice(lists.pool(name, self.part).of(*categories))

    def own(self, draw: Callable[[], str]) -> str:
        """Draw a text that is made and not listed until it belongs to the part; words without digits pass."""
        for _ in range(TRIES):
            text = draw()
            if not any(letter.isdigit() for letter in text) or part_of(text) == self.part:
                return text
        raise DataError(f"no text of the part {self.part} in {TRIES} tries, the last one was {text!r}")


def draw(body: str, case: str, source: Source, person: Person | None) -> Drawn:
    """Draw the text of a slot.

    :param body: what the slot says before its number and case.
    :param person: the person of the slot's number, for a post.
    :raises DataError: there is no such slot.
    """
    name, _, argument = body.partition(" ")
    drawn = _slot(name.lower(), argument, case, source, person)
    if name[0].isupper():
        return Drawn(drawn.text[0].upper() + drawn.text[1:], drawn.label, drawn.gender, drawn.key)
    return drawn


def _slot(name: str, argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    rng = source.rng
    listed = {"org": ("organisations", "ORG"), "place": ("places", "LOC"), "document": ("documents", "DOC")}
    if name in listed:
        categories = argument.split()
        if name == "org" and not categories:
            categories = [rng.choice("company company agency abbr media court school hospital culture ngo".split())]
        return _listed(source.entry(listed[name][0], *categories), listed[name][1], case)
    numbers: dict[str, tuple[str, Callable[[], str]]] = {
        "date": ("DATE", lambda: moments.date(rng, case)),
        "weekday": ("DATE", lambda: moments.weekday(rng, case)),
        "time": ("TIME", lambda: moments.time(rng, case)),
        "period": ("PERIOD", lambda: moments.period(rng, case)),
        "money": ("MON", lambda: quantities.money(rng, bool(case))),
        "percent": ("PCT", lambda: quantities.percent(rng, bool(case))),
        "quantity": ("QUANT", lambda: quantities.quantity(rng, argument, bool(case))),
    }
    if name in numbers:
        text = source.own(numbers[name][1])
        return Drawn(text, numbers[name][0], key=text)
    if name == "n":
        low, high = map(int, argument.split() or ("2", "99"))
        return Drawn(str(rng.randint(low, high)))
    other = SLOTS.get(name)
    if not other:
        raise DataError(f"{name!r} is no slot of a template; correct the template")
    return other(argument, case, source, person)


def _listed(entry: lists.Entry, label: str, case: str, animate: bool = False) -> Drawn:
    text = inflect(entry.name, case, entry.gender if entry.gender != "-" else "m", animate)
    return Drawn(text, label, entry.gender, plain(entry.name))


def _legal(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    rng, key = source.rng, source.entry("organisations", "firm").name
    if argument == "person" or (not argument and rng.random() < 0.08):
        owner = source.person()
        text = f"ФОП {owner.written(rng.choice(('S F P', 'S f. p.', 'S f.p.')), '')}"
        return Drawn(text, "ORG", "m", owner.surname)
    if rng.random() < 0.12:
        form = rng.choice(LONG_FORMS)
        return Drawn(f"{inflect(form, case, 'n')} «{key}»", "ORG", "n", key)
    form = rng.choice(LEGAL_FORMS)
    return Drawn(f"{form} «{key}»", "ORG", GENDERS_OF_FORMS.get(form, "n"), key)


def _job(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    if not person:
        raise DataError("{job} has no person of its number in the template; write {job/2} for the second")
    # the line of a woman's post follows the man's, and both belong to the part of the man's
    posts = [entry for entry in lists.entries("jobs") if entry.category == "post"]
    pairs = [pair for pair in zip(posts[::2], posts[1::2], strict=True) if part_of(plain(pair[0].name)) == source.part]
    entry = source.rng.choice(pairs)[person.gender == "f"]
    return _listed(entry, "JOB", case, animate=True)


def _jobs(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    entry = source.entry("jobs", "plural")
    return Drawn(inflection.plural(entry.name, case), "JOB", "p", entry.name)


def _town(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    rng = source.rng
    gender = rng.choice("mfn")
    rare = source.names.rare.get((PLACE, gender))
    if not rare or rng.random() < 0.6:
        return _listed(source.entry("places", rng.choice(SETTLEMENTS)), "LOC", case)
    name = rng.choice(rare)
    return Drawn(inflect(name + HEAD, case, gender), "LOC", gender, name)


def _weapon(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    categories = argument.split()
    quoted = "quoted" in categories
    entry = source.entry("weapons", *(category for category in categories if category != "quoted"))
    text = inflect(entry.name, case, entry.gender)
    is_word = not WITHOUT_QUOTES.fullmatch(text)
    if is_word and (HEAD not in entry.name or (quoted and source.rng.random() < 0.5)):
        return Drawn(f"«{plain(entry.name)}»", "ART", entry.gender, plain(entry.name))
    return Drawn(text, "ART", entry.gender, plain(entry.name))


def _unit(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    text, gender, key = unit(argument, case, source.entry, source.own, source.rng)
    return Drawn(text, "ORG", gender, key)


def _latin(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    rng = source.rng
    if argument == "org":
        return _listed(source.entry("organisations", "foreign"), "ORG", "")
    languages = "en en de fr pl es it tr cs nd as ua ua ua".split()
    language = (
        argument.split()[-1] if argument.split()[-1:] and argument.split()[-1] in languages else rng.choice(languages)
    )
    first, last = source.entry("latin", f"{language}-first"), source.entry("latin", f"{language}-last")
    written = {
        "S": last.name,
        "f. S": f"{first.name[0]}. {last.name}",
        "F": first.name,
        "S F": f"{last.name} {first.name}",
    }
    text = written.get(argument, f"{first.name} {last.name}")
    return Drawn(text, "PERS", first.gender, first.name if argument == "F" else last.name)


def _nick(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    name = source.entry("latin", "nick").name
    return Drawn(name, "PERS", "m", name)


def _work(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    return _listed(source.entry("works", *argument.split()), "ART", "")


def _hashtag(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    rng = source.rng
    if argument == "person":
        own = source.person()
        name = rng.choice((own.surname, own.surname, own.name + own.surname, f"{own.name}_{own.surname}"))
        return Drawn("#" + re.sub(r"[^\w]", "", name), "PERS", own.gender, own.surname)
    listed = {
        "place": ("places", ("city", "region", "country", "village"), "LOC"),
        "org": ("organisations", ("abbr", "abbr", "company", "media", "ngo", "foreign"), "ORG"),
        "weapon": ("weapons", ("missile", "drone", "drone", "rocket"), "ART"),
        "event": ("events", ("event",), "MISC"),
    }
    name, categories, label = listed[argument]
    entry = source.entry(name, rng.choice(categories))
    text = re.sub(r"[^\w]+", rng.choice(("", "_")), plain(entry.name).replace("'", "")).strip("_")
    return Drawn("#" + (text.lower() if rng.random() < 0.15 else text), label, entry.gender, plain(entry.name))


def _address(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    rng, street = source.rng, source.entry("places", "street")
    house = f"{rng.choice((', ', ', ', ' '))}{rng.randint(1, 150)}{rng.choice(('', '', '', '-А', 'а', '/2'))}"
    flat = f", кв. {rng.randint(1, 120)}" if argument == "flat" else ""
    return Drawn(plain(street.name) + house + flat, "LOC", key=plain(street.name))


def _age(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    years = source.rng.randint(18, 90)
    return Drawn(f"{years} {quantities.agreeing(years, moments.UNITS[0])}")


def _act(argument: str, case: str, source: Source, person: Person | None) -> Drawn:
    text, gender = act(case, source.rng, source.own)
    return Drawn(text, "DOC", gender, text)


SLOTS: dict[str, Callable[[str, str, Source, Person | None], Drawn]] = {
    "legal": _legal,
    "job": _job,
    "jobs": _jobs,
    "town": _town,
    "weapon": _weapon,
    "unit": _unit,
    "latin": _latin,
    "nick": _nick,
    "work": _work,
    "hashtag": _hashtag,
    "act": _act,
    "address": _address,
    "age": _age,
}
