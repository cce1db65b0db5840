"""Ukrainian letters and abbreviations: the data of the fast tokenizer and the fast sentence splitter."""

from tagger.text.normalize import UKRAINIAN

CAPITAL, SMALL = "А-ЯЄІЇҐ", "а-яєіїґ"

# Words of three or more letters that the reference tokenizer or sentence splitter treats as an abbreviation before a
# full stop, in at least one context. Shorter words are always left to it.
ABBREVIATIONS = frozenset(
    """
абз авг австрал авт акад академ амер анг англ арк арт арх асист атм ауд біол близьк болг буд бул бульв вип відс вірм
вул грец грецьк губ держ дес див дир діал дод дол досл доп доц екон жін зав заст зах зневаж зневажл зовн івр інж інш
ісп іст італ каб канд каф кімн кін кор коеф коп крим куб лат латин мал ман млн млрд моб напр нар нац нач нім нпр обл
образн пен перекл перен пов под пол пом пор порівн поч преп прибл прикм прим присл пров пром просп проф ред реж рис
розд розм рос руб рум санскр свв свт скор соц співавт спр стол стор стст суч табл тел техн тис тов укр упоряд упорядн
філол франц худ цит чайн част чол япон мрр хрр
""".split()
)

LONGEST_WORD = 100  # letters of a word that are looked at

CLUB = "Ман"  # of "Ман. Сіті" (Manchester City), which the reference tokenizer finds within words as well


def last_word(text: str, end: int) -> str:
    """Return the Cyrillic letters directly before the offset `end`, at most LONGEST_WORD of them."""
    near = text[max(end - LONGEST_WORD, 0) : end]
    return near[len(near.rstrip(UKRAINIAN)) :]
