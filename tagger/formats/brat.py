"""brat stand-off annotation: `T1<TAB>PERS 0 9<TAB>Леся Українка`, offsets in code points into the whole input (https://brat.nlplab.org/standoff.html)."""

from tagger.formats.sentence import Sentence, encode, one_line
from tagger.labels import View


class BratWriter:
    """Numbers the entities of one input; needs running text, whose offsets it can point into."""

    def __init__(self) -> None:
        self._count = 0

    def write(self, sentence: Sentence, view: View) -> bytes:
        """The lines of one sentence, with a note for each score."""
        lines = []
        for span in view.spans:
            self._count += 1
            start, end = sentence.offsets[span.start][0], sentence.offsets[span.end - 1][1]
            text = one_line(sentence.text[start:end])
            lines.append(f"T{self._count}\t{span.label} {sentence.before + start} {sentence.before + end}\t{text}\n")
            if span.score is not None and view.scores:
                lines.append(f"#{self._count}\tAnnotatorNotes T{self._count}\tscore {span.score:.4f}\n")
        return encode("".join(lines))
