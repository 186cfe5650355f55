"""Words, numbers and the two texts of an utterance."""

import pytest

from sensevoice_models.train.lexicon import LANGUAGES, everything, number, number_word, word_utterance
from sensevoice_models.train.vocabulary import Vocabulary, sentence, token_table


@pytest.mark.parametrize(
    ("language", "value", "word"),
    [
        ("en", 0, "zero"), ("en", 13, "thirteen"), ("en", 20, "twenty"), ("en", 47, "forty seven"),
        ("zh", 10, "十"), ("zh", 23, "二十三"), ("yue", 99, "九十九"), ("ja", 40, "四十"), ("ko", 11, "십일"),
    ],
)  # fmt: skip
def test_numbers_are_said_as_in_the_language(language: str, value: int, word: str) -> None:
    assert number_word(language, value) == word
    assert word_utterance(language, word) == number(language, value)


@pytest.mark.parametrize("value", [-1, 100])
def test_numbers_outside_the_range_are_refused(value: int) -> None:
    with pytest.raises(ValueError, match=str(value)):
        number_word("en", value)


@pytest.mark.parametrize(
    ("language", "said", "plain", "written"),
    [
        ("en", ["twenty three"], "twenty three", "23."),
        ("en", ["two", "three"], "two three", "2 3."),
        ("en", ["what time is it?"], "what time is it", "What time is it?"),
        ("en", ["i love you"], "i love you", "I love you."),
        ("zh", ["二", "十三"], "二十三", "213。"),
        ("zh", ["现在几点?"], "现在几点", "现在几点？"),
        ("ko", ["불 켜"], "불 켜", "불 켜."),
    ],
)
def test_itn_writes_digits_capitals_and_sentence_ends(language: str, said: list[str], plain: str, written: str) -> None:
    vocabulary = Vocabulary(token_table())
    spoken = [word_utterance(language, word) for word in said]
    assert vocabulary.decode(vocabulary.encode(sentence(spoken, with_itn=False))) == plain
    assert vocabulary.decode(vocabulary.encode(sentence(spoken, with_itn=True))) == written


def test_every_utterance_of_every_language_has_tokens_in_both_modes() -> None:
    vocabulary = Vocabulary(token_table())
    assert vocabulary.tokens[0] == "<unk>"
    assert len(vocabulary) < 450
    for language in LANGUAGES:
        for item in everything(language):
            for with_itn in (False, True):
                assert 0 not in vocabulary.encode(sentence([item], with_itn))
