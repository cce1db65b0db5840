"""Tokens of lines that hold nothing out of the ordinary, without tokenize-uk: most lines do, and the engine takes many times as long, and long to import.

A line is usual where none of the engine's rules for abbreviations, numbers, addresses, marks within words and the like can apply, so that it cuts
at spaces and around each mark. What is not surely so is left to the engine; a test compares the two.
"""

import re
from functools import cache

Offsets = list[tuple[int, int]]

# Characters. The engine runs a few dozen regular expressions over its whole input, some of them slow on long input: longer text is given in parts.
LONGEST = 20_000
CAPITAL, SMALL = "А-ЯЄІЇҐ", "а-яєіїґ"
LETTER = f"{CAPITAL}{SMALL}A-Za-z"
ROMAN = "IVXІХ"
# What the engine takes for an abbreviation in front of a full stop, somewhere or in some company; shorter words than of three letters are not asked about.
ABBREVIATIONS = frozenset(
    """
абз авг австрал авт акад академ амер англ арк арт арх асист атм ауд біол близьк болг буд бул бульв вип відс вірм вул грец грецьк губ держ дес див дир
діал дод дол досл доп доц екон жін зав заст зах зневаж зневажл зовн івр інж інш ісп іст італ каб канд каф кімн кін кор коеф коп крим куб лат латин мал
ман млн млрд моб напр нар нац нач нім нпр обл образн пен перекл перен пов под пол пом пор порівн поч преп прибл прикм прим присл пров пром просп проф
ред реж рис розд розм рос руб рум санскр свв свт скор соц співавт спр стол стор стст суч табл тел техн тис тов укр упоряд упорядн філол франц худ цит
чайн част чол япон
""".split()
)
LONGEST_ABBREVIATION = max(map(len, ABBREVIATIONS))
LAST_WORD = re.compile(f"[{CAPITAL}{SMALL}]+\\Z")
# Each part ends where no more of its kind follows, and no two parts fit in one place: so there is one way to cut a line, and nothing is tried twice
# where it is not usual. (Possessive quantifiers would say so in fewer signs, and match too little in Python before 3.11.5.)
USUAL = rf"""(?:
      \ + (?!\ )
    | [{LETTER}]+ (?![{LETTER}])
        (?: ['’ʼ][{LETTER}]+ (?![{LETTER}])
          | (?! (?<=[{ROMAN}])-[{ROMAN}] ) - (?: [{LETTER}]+ (?![{LETTER}]) | [0-9]+ (?![{LETTER}0-9] | [,:.][0-9]) )
        )* (?![0-9'’ʼ-])                                # no marks at a word's edges; no range of numerals
    | [0-9]+ (?![0-9]) (?: ,[0-9]+ | -[{LETTER}]+ (?![{LETTER}]) | (?: [–-][0-9]+ (?![0-9]) )+ )?
        (?= [\ ,;:!?)»….%] | \Z ) (?! \ *[0-9] | [,:.][0-9] )      # no time, no groups of digits
    | [,;:…—„“«№)]
    | (?: [!?] | !{{2,3}} | \?{{2,3}} | (?!!!|\?\?)[!?][!?.]{{1,2}} ) (?![!?.])
    | (?<![{LETTER}]) \(                               # ВКПБ(о) is one token
    | [»"”] (?![»"{LETTER}-])
    | (?<![{LETTER}»"-]) "(?![»"-])                     # between letters it may be an apostrophe
    | (?<![^\ ]) [–-] (?![^\ ])
    | (?<=[0-9\ ]) % (?= [\ ,;:!?)»….] | \Z )
    | (?<![сЛ/:]) / (?!/|ДНР)                           # с/г and Л/ДНР are one token
    | (?: (?<=[{CAPITAL}{SMALL}]{{2}}[{SMALL}]) | (?<![{CAPITAL}{SMALL}]{{3}}) (?<=[{SMALL}][аеєиіїоуюяьй]) | (?<=[0-9»)"”%]) )
        \. (?: \ +(?=[{CAPITAL}«„"—–-]) | \ *\Z | \.{{1,2}} (?= [\ »)"”,] | \Z ) )    # but for the words above
    | (?<=\ ) \. (?: (?=\ |\Z) | \.{{1,2}} (?= [\ »)"”,] | \Z ) )
    )*
    (?: (?<=[A-Za-z0-9\ )»"”]) \. \ * )?
    """
ENDING = re.compile(rf"[{SMALL}]{{5}}\.\ *")
TOKEN = re.compile(rf"[{LETTER}]+(?:['’ʼ-](?:[{LETTER}]+|[0-9]+))*|[0-9]+(?:,[0-9]+|-[{LETTER}]+|(?:[–-][0-9]+)+)?|\.{{3}}|[!?][!?.]{{1,2}}|[^ ]")


@cache
def _usual() -> re.Pattern[str]:
    return re.compile(USUAL, re.VERBOSE)  # takes milliseconds, which CoNLL need not wait for


def cut_usual(text: str) -> Offsets | None:
    """Start and end of each token of a usual line, in code points, end exclusive; `None` where the line is not usual."""
    first = text.find(".")
    # the engine takes no word of five letters in front of a line's last and only full stop for an abbreviation
    alone = first >= 0 and ENDING.fullmatch(text, max(first - 5, 0))
    end = first if alone else len(text)
    if len(text) > LONGEST or not _usual().fullmatch(text, 0, end) or (not alone and first >= 0 and _has_abbreviation(text)):
        return None
    return [match.span() for match in TOKEN.finditer(text)]


def _has_abbreviation(text: str) -> bool:
    """Whether a word in front of a full stop is one of ABBREVIATIONS."""
    for part in text.split(".")[:-1]:
        last = LAST_WORD.search(part, max(len(part) - LONGEST_ABBREVIATION - 1, 0))
        if last and last[0].lower() in ABBREVIATIONS:
            return True
    return False
