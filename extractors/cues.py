"""Wording around mentions: cue phrases, and where in a text they stand.

Roles and relations are read from the same cues: which phrases stand right before a mention, before
it in its clause, right behind it, between two mentions, or anywhere in a sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_PHRASES: dict[str, str] = {
    "we": "we|our|ours|this paper|this work|this study|this article|this thesis|this survey"
    "|this report|in this|present study|present work|the paper|the study|here",
    "our": "our",
    "contribute": "propose|proposes|proposed|proposing|introduce|introduces|introduced|introducing"
    "|present|presents|presented|presenting|develop|develops|developed|developing|design|designs"
    "|designed|designing|devise|devises|devised|describe|describes|described|release|releases"
    "|released|releasing|construct|constructs|constructed|create|creates|created|establish"
    "|established|formulate|formulated|contribute|curate|curated|build|built|put forward|unveil",
    "collect": "collect|collected|collects|annotate|annotated|compile|compiled|gather|assemble"
    "|assembled",
    "called": "called|named|termed|dubbed|denoted|denoted as|coined|namely|titled|referred to as"
    "|referred to|abbreviated as|known as|call|name|term",
    "novel": "novel|new|first|newly|original",
    "show that": "that|show that|shows that|demonstrate that|demonstrates that|find that"
    "|reveal that|indicate that|suggest that|observe that",
    "effectiveness": "effectiveness of|superiority of|efficacy of|performance of|advantages of"
    "|advantage of|benefits of|benefit of|potential of|ability of|capability of|utility of"
    "|strength of|feasibility of",
    "achieve": "achieve|achieves|achieved|outperforms|outperform|outperformed|surpasses|surpass"
    "|improves|improve|reduces|enables|delivers|exceeds|yields|attains|gains|obtains|reaches"
    "|boosts|generalizes|exhibits|maintains|preserves|significantly|consistently|effectively",
    "do": "consists of|consist of|leverages|integrates|combines|employs|learns|uses|utilizes"
    "|introduces|incorporates|comprises|adopts|generates|predicts|provides|offers|allows|contains"
    "|features|operates|works|extends|exploits|decomposes|models|treats|formulates|captures"
    "|encodes|aligns|addresses|performs|supports|adaptively|dynamically|explicitly|jointly|first",
    "has parts": "consists of|consist of|consisting of|comprises|comprising|comprised of"
    "|composed of|contains|containing|components|component|modules|module|equipped with|stages"
    "|two|three|key|including|includes|features",
    "use": "use|uses|used|using|utilize|utilizes|utilized|utilizing|utilise|utilising|leverage"
    "|leverages|leveraged|leveraging|employ|employs|employed|employing|adopt|adopts|adopted"
    "|adopting|apply|applies|applied|applying|exploit|exploits|exploiting|harness|harnesses"
    "|harnessing|make use of",
    "via": "via|through|by|with",
    "with": "with",
    "based on": "based on|based upon|built on|built upon|building on|building upon|builds on"
    "|builds upon|build on|build upon|on top of|relies on|relying on|rely on|derived from"
    "|grounded in|drawing on",
    "inspired": "inspired by|motivated by|unlike|in contrast to|different from|rather than"
    "|instead of|beyond|without",
    "combine": "combine|combines|combined|combining|integrate|integrates|integrated|integrating"
    "|incorporate|incorporates|incorporating|couple|coupled|couples|coupling|extend|extends"
    "|extending|extended|adapt|adapts|adapting|fuse|fuses|fusing|fused|unify|unifies|unifying"
    "|embed|embedding|embeds|augment|augments|augmented",
    "train": "train|trains|trained|training|pretrain|pretrained|fine-tune|fine-tuned|fine-tuning"
    "|finetune|finetuned|pre-trained|pre-train|pre-training|pretraining|optimize|optimized"
    "|learn|learned|learning",
    "trained on": "trained on|fine-tuned on|pretrained on|pre-trained on|training on|finetuned on"
    "|fine-tuning on|pre-training on|train on|trained with|trained using|training data",
    "for": "for",
    "of": "of",
    "in": "in",
    "from": "from",
    "on": "on",
    "to": "to",
    "and": "and|&",
    "or": "or",
    "as": "as",
    "is a": "is a|is an|are a|as a|as an|which is a|, a|, an|, the first",
    "task of": "task of|problem of|problems of|tasks of|challenge of|setting of|goal of|field of"
    "|area of|task|problem|setting",
    "improve": "improve|improves|improved|improving|enhance|enhances|enhancing|enable|enables"
    "|enabling|facilitate|facilitates|facilitating|advance|advancing|boost|boosting|accelerate",
    "evaluate": "evaluate|evaluates|evaluated|evaluating|evaluation|evaluations|experiment"
    "|experiments|experimental|tested|test|testing|validate|validated|validation|validating"
    "|results|assess|assessed|assessing|verify|verified|benchmarking|benchmarked|ablation"
    "|empirically|empirical",
    "evaluate on": "experiments on|evaluated on|evaluations on|evaluation on|evaluate on|results on"
    "|performance on|tested on|validated on|experiments with|on the|across|demonstrated on"
    "|datasets|benchmarks|conducted on|validate on|on two|on three|on four|on five|on both"
    "|on several|on multiple|on public",
    "compare": "compare|compares|comparing|comparison|comparisons|compared|comparative|versus|vs",
    "compared to": "compared to|compared with|comparison with|comparison to|comparable to|versus|vs"
    "|against|relative to|competitive with|on par with|comparing with|alternative to",
    "outperform": "outperforms|outperform|outperformed|outperforming|surpasses|surpass|surpassed"
    "|surpassing|exceeds|exceeding|beats|superior to|improves over|improves upon|improvement over"
    "|improvements over|gains over|gain over|better than|over",
    "than": "than",
    "baseline": "baseline|baselines|state-of-the-art|sota|competitors|competing|strong|counterparts"
    "|counterpart|widely used|widely-used|commonly used",
    "existing": "existing|previous|prior|traditional|conventional|current|standard|classical"
    "|vanilla|typical|other|common|classic",
    "recent": "recent|modern|advanced|most|many|various|several|recently|contemporary|popular",
    "such as": "such as|like|e.g.|e. g.|for example|for instance|including",
    "advances": "advances in|advancements in|success of|success in|progress in|role in|applications"
    "|application|breakthroughs in|potential in|potential for|interest in|popularity of"
    "|emergence of|rise of|importance of|important for|crucial for|critical for|essential for"
    "|fundamental|key|vital|useful for|step towards|step toward|need for|demand for|crucial"
    "|important|essential|critical|role",
    "contrast": "however|despite|although|while|yet|unfortunately|suffer|suffers|struggle"
    "|struggles|limited|limitations|limitation|lack|lacks|fail|fails|challenging|challenge"
    "|challenges|difficult|hinder|hinders|overlook|costly|expensive|time-consuming|remains",
    "background": "existing|previous|prior|traditional|traditionally|conventional|recent|recently"
    "|typically|often|usually|widely|commonly|increasingly|emerged|rapid|rapidly|has been"
    "|have been|years|growing|popular",
    "importance": "crucial|critical|essential|important|fundamental|vital|plays|play|significant"
    "|widespread|ubiquitous|promising|powerful|remarkable|impressive|success",
    "outlook": "future|pave|paves|paving|opens|open|promise|broader|insights|potentially|beyond"
    "|could|implications|help|helps|facilitate|clinical practice|directions",
    "etc": "etc|and so on|among others",
    "often": "often|typically|usually|generally|commonly|still|currently|mainly|primarily|largely"
    "|frequently|heavily|suffer|suffers|struggle|struggles|rely|relies|require|requires|fail"
    "|fails|lack|lacks|focus|tend|tends|face|faces|may|cannot|remain|remains|do not|does not",
    "has": "has|have|had|has been|have been|has shown|have shown|has emerged|have emerged"
    "|has become|have become|have achieved|have demonstrated",
    "is": "is|are|was|were|plays",
    "is proposed": "is proposed|are proposed|is introduced|are introduced|is presented|is designed"
    "|are designed|is developed|was developed|were developed|was proposed|is then proposed",
    "module": "module|modules|strategy|mechanism|block|unit|layer|component|scheme|stage|loss|branch"
    "|head|method|framework|algorithm|approach|pipeline|technique|network|model|system"
    "|architecture|procedure|paradigm",
    "models": "models|methods|approaches|algorithms|techniques|systems|architectures|works"
    "|solutions|variants|pipelines|frameworks|networks",
    "based": "- based|- driven|- guided|- style|- like|- aware|- inspired|based",
    "dataset": "dataset|datasets|data|benchmark|benchmarks|corpus|corpora|challenge|database"
    "|cohort|test set|collection|data set|data sets",
    "images": "image|images|scans|scan|videos|recordings|signals|features|representations"
    "|embeddings|inputs|input|sequences|samples|modality|modalities|encoder|annotations|labels",
    "task": "task|tasks|problem|problems|setting|settings|performance|accuracy|results|quality",
    "applications": "applications|application|capabilities|abilities|ability|systems|research"
    "|community|field|domain|industry|solutions|tools|practice",
    "enumerated": "1 )|2 )|3 )|4 )|i )|ii )|iii )|iv )|a )|b )|c )|:|first|second|third|firstly"
    "|secondly|finally|; and",
    "which": ", which|, that|that|which",
    "(": "(",
    ",": ",",
    ":": ":",
    ".": ".|?|!",
    "%": "%",
}  # fmt: skip

_TOKEN = re.compile(r"[^\W_]+(?:['’][a-z]+)?|[,.;:()%?!&-]")
_BREAKS = frozenset({".", ";", "?", "!"})
_REACH_BEFORE = 9
_REACH_AFTER = 3
_LONGEST_BRACKET = 12
_ADJECTIVES = 3
_NO_OBJECT = frozenset(
    "for to of that which with based using by in on from as via and where or through".split()
)


_Phrase = tuple[tuple[str, ...], tuple[tuple[str, int], ...]]


def _phrases_by_first_word() -> dict[str, tuple[_Phrase, ...]]:
    """For each word that starts phrases: their words, and their cues with the number of words."""
    cues: dict[tuple[str, ...], dict[str, None]] = {}
    for cue, phrases in _PHRASES.items():
        for phrase in phrases.split("|"):
            words = tuple(_TOKEN.findall(phrase))
            cues.setdefault(words, {})[cue] = None
    index: dict[str, tuple[_Phrase, ...]] = {}
    for words, names in cues.items():
        phrase_cues = tuple((name, len(words)) for name in names)
        index[words[0]] = (*index.get(words[0], ()), (words, phrase_cues))
    return index


_INDEX = _phrases_by_first_word()


class Nearby(NamedTuple):
    """Cues on one side of a mention: those adjacent to it, and those farther off."""

    adjacent: set[str]
    farther: set[str]


@dataclass(frozen=True, slots=True)
class CuedText:
    """One text as lower-case words with the cues that start at each.

    ``starts`` are the words' offsets in the text; ``cues[i]`` holds pairs (cue, number of words)
    of the phrases that start at word ``i``.
    """

    starts: list[int]
    words: list[str]
    cues: list[tuple[tuple[str, int], ...]]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Positions of the words between two offsets, end exclusive."""
        return bisect_left(self.starts, start), bisect_left(self.starts, end)

    def within(self, first: int, last: int) -> set[str]:
        """Cues whose phrases lie within the words ``first`` to ``last``, end exclusive."""
        return {
            cue
            for position in range(first, last)
            for cue, size in self.cues[position]
            if position + size <= last
        }

    def before(self, first: int, word: int) -> Nearby:
        """Cues before a word in its clause, from word ``first`` on.

        Up to two words, none of them a preposition, may stand between it and an adjacent cue.
        """
        found = Nearby(set(), set())
        adjacent = True
        for position in range(word - 1, max(first, word - _REACH_BEFORE) - 1, -1):
            if self.words[position] in _BREAKS:
                break
            for cue, size in self.cues[position]:
                if position + size <= word:
                    (found.adjacent if adjacent else found.farther).add(cue)
            if word - position > _ADJECTIVES or self.words[position] in _NO_OBJECT:
                adjacent = False
        return found

    def after(self, word: int, last: int) -> Nearby:
        """Cues behind a mention that ends before ``word``; ``last`` ends the sentence.

        A bracket behind the mention is skipped. Adjacent cues start at the very next word.
        """
        start = word
        if start < last and self.words[start] == "(":
            inside = range(start, min(last, start + _LONGEST_BRACKET))
            start = next((at + 1 for at in inside if self.words[at] == ")"), start)
        found = Nearby(set(), set())
        for position in range(start, min(last, start + _REACH_AFTER)):
            side = found.adjacent if position == start else found.farther
            side.update(cue for cue, _ in self.cues[position])
            if self.words[position] in _BREAKS:
                break
        return found


@lru_cache(maxsize=8)
def read_cues(text: str) -> CuedText:
    """Find every cue phrase of a text."""
    starts = [match.start() for match in _TOKEN.finditer(text)]
    words = [word.lower() for word in _TOKEN.findall(text)]
    cues = [
        _cues_at(words, position, _INDEX[word]) if word in _INDEX else ()
        for position, word in enumerate(words)
    ]
    return CuedText(starts, words, cues)


@lru_cache(maxsize=256)
def sentence_cues(text: str, start: int, end: int) -> frozenset[str]:
    """All cues of the sentence between two offsets; kept, for each of its mentions asks."""
    cued = read_cues(text)
    return frozenset(cued.within(*cued.span(start, end)))


def _cues_at(
    words: list[str], position: int, phrases: tuple[_Phrase, ...]
) -> tuple[tuple[str, int], ...]:
    found: tuple[tuple[str, int], ...] = ()
    for phrase, cues in phrases:
        size = len(phrase)
        if size == 1 or tuple(words[position : position + size]) == phrase:
            found += cues
    return found
