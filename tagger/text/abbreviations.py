"""Ukrainian letters and abbreviations, as data for the fast tokenizer and the fast sentence splitter."""

from tagger.text.normalize import UKRAINIAN

CAPITAL, SMALL = "А-ЯЄІЇҐ", "а-яєіїґ"

# What the engine takes for an abbreviation in front of a full stop, somewhere or in some company; shorter words than of three letters are not asked about.
ABBREVIATIONS = frozenset(
    """
абз авг австрал авт акад академ амер анг англ арк арт арх асист атм ауд біол близьк болг буд бул бульв вип відс вірм вул грец грецьк губ держ дес див дир
діал дод дол досл доп доц екон жін зав заст зах зневаж зневажл зовн івр інж інш ісп іст італ каб канд каф кімн кін кор коеф коп крим куб лат латин мал
ман млн млрд моб напр нар нац нач нім нпр обл образн пен перекл перен пов под пол пом пор порівн поч преп прибл прикм прим присл пров пром просп проф
ред реж рис розд розм рос руб рум санскр свв свт скор соц співавт спр стол стор стст суч табл тел техн тис тов укр упоряд упорядн філол франц худ цит
чайн част чол япон мрр хрр
""".split()
)

LONGEST_WORD = 100  # letters of a word that are looked at

CLUB = "Ман"  # of "Ман. Сіті", which the engine finds within words, too


def last_word(text: str, place: int) -> str:
    """The Cyrillic letters that stand directly in front of a place, at most LONGEST_WORD of them."""
    near = text[max(place - LONGEST_WORD, 0) : place]
    return near[len(near.rstrip(UKRAINIAN)) :]
