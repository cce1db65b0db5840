"""Small annotated corpora made from templates, enough for a tagger to learn from. The same seed gives the same text."""

import random

FIRST = ["Олена", "Петро", "Марія", "Іван", "Оксана", "Тарас", "Леся", "Богдан"]
LAST = ["Коваленко", "Шевчук", "Мельник", "Бондаренко", "Ткачук", "Кравець"]
PLACES = ["Києві", "Львові", "Одесі", "Харкові", "Полтаві", "Луцьку"]
COMPANIES = ["Нафтогаз", "Укрзалізниця", "Київстар", "Приватбанк"]
TEMPLATES = [
    ("{p} {q} живе в {l} .", "P Q O O L O"),
    ("Учора {p} був у {l} , а {q} ні .", "O P O O L O O P O O"),
    ("Компанія « {c} » працює в {l} .", "O O C O O O L O"),
    ("Так .", "O O"),
    ("{c} найняв {p} {q} торік .", "C O P Q O O"),
    ("Дощ у {l} не вщухав .", "O O L O O O"),
    ("Ні", "O"),
]
TAGS = {"P": "B-PERS", "Q": "I-PERS", "L": "B-LOC", "C": "B-ORG", "O": "O"}


def sentences(count: int, seed: int = 1) -> list[tuple[list[str], list[str]]]:
    """Return pairs of tokens and BIO tags."""
    generator = random.Random(seed)
    made = []
    for _ in range(count):
        text, signs = generator.choice(TEMPLATES)
        words = {
            "p": generator.choice(FIRST),
            "q": generator.choice(LAST),
            "l": generator.choice(PLACES),
            "c": generator.choice(COMPANIES),
        }
        tokens = text.format(**words).split()
        tags = [TAGS[sign] for sign in signs.split()]
        if tokens[0] == "Учора":
            tags[7] = "B-PERS"
        made.append((tokens, tags))
    return made


def conll(count: int, seed: int = 1, document_sentences: int = 10) -> str:
    """Return CoNLL text with `# newdoc` lines; documents belong to two sources in turn."""
    lines = []
    for number, (tokens, tags) in enumerate(sentences(count, seed)):
        if number % document_sentences == 0:
            lines.append(
                f"# newdoc id = {'AB'[number // document_sentences % 2]}_made_{seed}_{number // document_sentences}"
            )
        lines += [f"{token}\t{tag}" for token, tag in zip(tokens, tags, strict=True)]
        lines.append("")
    return "\n".join(lines) + "\n"
