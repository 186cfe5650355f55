"""Stands for ``sensevoice``: answers ``analyze FILE... --json`` by the file's name, two segments a file.

A name is LANGUAGE_EMOTION_WORDS.wav; "silent" in it means that no segment is found, "broken" ends it with an error.
"""

import json
import sys
from pathlib import Path

assert sys.argv[1] == "analyze" and "--json" in sys.argv, sys.argv
options = [value for value in sys.argv[2:] if value.startswith("--")]
files = [value for value in sys.argv[2:] if value.endswith(".wav")]
forced = sys.argv[sys.argv.index("--language") + 1] if "--language" in sys.argv else None
for file in files:
    language, emotion, words = Path(file).stem.split("_", 2)
    if "broken" in words:
        print("this file is no sound", file=sys.stderr)
        raise SystemExit(2)
    if "silent" in words:
        continue
    said = words.split("-")
    for place, word in enumerate(reversed(said)):
        start = 1000 * (len(said) - 1 - place)
        segment = {
            "file": file,
            "startMs": start,
            "endMs": start + 1000,
            "text": word.upper() if "--no-itn" in options else word,
            "language": forced or language,
            "emotionScores": {emotion: 0.75, "neutral": 0.25},
            "eventScores": {"speech": 0.9, "bgm": 0.1},
        }
        if forced is None:
            segment["languageScores"] = {language: 0.8, "nospeech": 0.2}
        print(json.dumps(segment))
