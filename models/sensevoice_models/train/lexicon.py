"""What the tiny model can say: numbers and phrases of five languages.

A phrase is a list of spoken units. Each unit has one form without inverse text normalization
(``spoken``) and one with it (``written``), both as lists of vocabulary tokens. Tokens follow the
published model: ``▁`` (U+2581) starts a word of a language that writes spaces; Chinese,
Cantonese and Japanese go by character, Korean by syllable.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

LANGUAGES = ("zh", "en", "yue", "ja", "ko")

EN_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
EN_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
HAN_UNITS = list("零一二三四五六七八九")
KO_UNITS = list("영일이삼사오육칠팔구")
JA_UNITS = ["ゼロ", *"一二三四五六七八九"]
JA_READINGS = {
    "ゼロ": ["ゼロ", "れい"],
    "一": ["いち"],
    "二": ["に"],
    "三": ["さん"],
    "四": ["よん", "し"],
    "五": ["ご"],
    "六": ["ろく"],
    "七": ["なな", "しち"],
    "八": ["はち"],
    "九": ["きゅう", "く"],
    "十": ["じゅう"],
}
"""How a Japanese numeral is read; a synthesizer without a dictionary needs kana."""

PHRASES: dict[str, list[str]] = {
    "en": [
        "hello",
        "hi",
        "good morning",
        "good night",
        "goodbye",
        "thank you",
        "please",
        "sorry",
        "yes",
        "no",
        "okay",
        "help",
        "turn on the light",
        "turn off the light",
        "play music",
        "stop",
        "pause",
        "next song",
        "louder",
        "quieter",
        "dance",
        "sing a song",
        "go to sleep",
        "wake up",
        "sit down",
        "stand up",
        "come here",
        "go left",
        "go right",
        "go up",
        "go down",
        "turn left",
        "turn right",
        "go forward",
        "go back",
        "tell me a story",
        "i love you",
        "what time is it?",
        "what is your name?",
        "how are you?",
        "open the door",
        "close the door",
        # Said by people in the corpora, one word at a time.
        "go",
        "left",
        "right",
        "up",
        "down",
        "speech",
        "speaker",
        "signal",
        "process",
        "print",
        "open",
        "close",
        "project",
    ],
    "zh": [
        "你好",
        "早上好",
        "晚安",
        "再见",
        "谢谢",
        "对不起",
        "是",
        "不是",
        "好的",
        "开灯",
        "关灯",
        "播放音乐",
        "停止",
        "暂停",
        "下一首",
        "大声一点",
        "小声一点",
        "跳舞",
        "唱歌",
        "睡觉",
        "起床",
        "坐下",
        "站起来",
        "过来",
        "前进",
        "后退",
        "左转",
        "右转",
        "讲故事",
        "我爱你",
        "现在几点?",
        "你叫什么名字?",
        "数字",
        "语音",
        "语言",
        "识别",
        "中国",
        "总工",
        "北京",
        "背景",
        "上海",
        "商行",
        "复旦",
        "饭店",
    ],
    "yue": [
        "你好",
        "早晨",
        "早唞",
        "拜拜",
        "唔该",
        "多谢",
        "对唔住",
        "系",
        "唔系",
        "好",
        "开灯",
        "熄灯",
        "播音乐",
        "停",
        "下一首",
        "大声啲",
        "细声啲",
        "跳舞",
        "唱歌",
        "瞓觉",
        "起身",
        "坐低",
        "企起身",
        "过嚟",
        "前进",
        "后退",
        "左转",
        "右转",
        "讲故事",
        "我爱你",
        "依家几点?",
        "你叫咩名?",
    ],
    "ja": [
        "こんにちは",
        "おはよう",
        "おやすみ",
        "さようなら",
        "ありがとう",
        "ごめんなさい",
        "はい",
        "いいえ",
        "電気をつけて",
        "電気を消して",
        "音楽をかけて",
        "止まって",
        "次の曲",
        "大きくして",
        "小さくして",
        "踊って",
        "歌って",
        "寝て",
        "起きて",
        "座って",
        "立って",
        "来て",
        "前に",
        "後ろに",
        "左に",
        "右に",
        "話をして",
        "大好き",
        "今何時?",
        "名前は何?",
    ],
    "ko": [
        "안녕하세요",
        "좋은 아침",
        "잘 자",
        "안녕",
        "고마워",
        "미안해",
        "네",
        "아니요",
        "불 켜",
        "불 꺼",
        "음악 틀어",
        "멈춰",
        "다음 노래",
        "더 크게",
        "더 작게",
        "춤춰",
        "노래해",
        "일어나",
        "앉아",
        "이리 와",
        "앞으로",
        "뒤로",
        "왼쪽",
        "오른쪽",
        "이야기해",
        "사랑해",
        "지금 몇 시야?",
        "이름이 뭐야?",
    ],
}
"""Phrases by language; a final ``?`` is written only with inverse text normalization."""

JA_KANA = {
    "電気をつけて": "でんきをつけて",
    "電気を消して": "でんきをけして",
    "音楽をかけて": "おんがくをかけて",
    "止まって": "とまって",
    "次の曲": "つぎのきょく",
    "大きくして": "おおきくして",
    "小さくして": "ちいさくして",
    "踊って": "おどって",
    "歌って": "うたって",
    "寝て": "ねて",
    "起きて": "おきて",
    "座って": "すわって",
    "立って": "たって",
    "来て": "きて",
    "前に": "まえに",
    "後ろに": "うしろに",
    "左に": "ひだりに",
    "右に": "みぎに",
    "話をして": "はなしをして",
    "大好き": "だいすき",
    "今何時?": "いまなんじ?",
    "名前は何?": "なまえはなに?",
}
"""Kana of the Japanese phrases that hold kanji."""


@dataclass(frozen=True)
class Utterance:
    """Something to say, with its two texts as vocabulary tokens (no sentence end yet)."""

    language: str
    speech: str
    """What a synthesizer or a speaker says."""
    spoken: tuple[str, ...]
    """Tokens without inverse text normalization."""
    written: tuple[str, ...]
    """Tokens with it, before capital letter and sentence end."""
    question: bool = False


def text_tokens(language: str, text: str) -> tuple[str, ...]:
    """Tokens of a phrase: words in English, characters or syllables elsewhere."""
    if language == "en":
        return tuple("▁" + word for word in text.split())
    if language == "ko":
        return tuple(
            ("▁" + letter) if place == 0 else letter for word in text.split() for place, letter in enumerate(word)
        )
    return tuple(text)


def digit_tokens(language: str, digits: str) -> tuple[str, ...]:
    """Written tokens of one number: the first digit starts a word where words are spaced."""
    first = "▁" + digits[0] if language in ("en", "ko") else digits[0]
    return (first, *digits[1:])


def units(language: str) -> list[str]:
    """The ten spoken digits of a language, zero first."""
    return {"en": EN_UNITS, "zh": HAN_UNITS, "yue": HAN_UNITS, "ja": JA_UNITS, "ko": KO_UNITS}[language]


def number_word(language: str, number: int) -> str:
    """A whole number 0..99 as spoken, for example 23: twenty three, 二十三, 이십삼.

    Raises ValueError outside 0..99.
    """
    if not 0 <= number <= 99:
        raise ValueError(f"number {number} is not in 0..99")
    tens, ones = divmod(number, 10)
    names = units(language)
    if language == "en":
        if number < 10:
            return names[number]
        if number < 20:
            return EN_TEENS[number - 10]
        return EN_TENS[tens - 2] + (" " + names[ones] if ones else "")
    if number < 10:
        return names[number]
    ten = "십" if language == "ko" else "十"
    return (names[tens] if tens > 1 else "") + ten + (names[ones] if ones else "")


def number(language: str, value: int) -> Utterance:
    """The utterance of one number 0..99."""
    word = number_word(language, value)
    return Utterance(language, word, text_tokens(language, word), digit_tokens(language, str(value)))


def phrase(language: str, text: str) -> Utterance:
    """The utterance of one phrase of `PHRASES`."""
    bare = text.removesuffix("?")
    tokens = text_tokens(language, bare)
    return Utterance(language, text, tokens, tokens, question=text.endswith("?"))


@cache
def _numbers(language: str) -> dict[str, int]:
    return {number_word(language, value): value for value in range(100)}


def word_utterance(language: str, text: str) -> Utterance:
    """A number or a phrase, recognised by its text."""
    value = _numbers(language).get(text)
    return phrase(language, text) if value is None else number(language, value)


def everything(language: str) -> list[Utterance]:
    """All numbers 0..99 and all phrases of a language."""
    numbers = [number(language, value) for value in range(100)]
    return numbers + [phrase(language, text) for text in PHRASES[language]]
