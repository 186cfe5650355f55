"""Readers, engines and scores, on tiny folders laid out as the public sets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import SmallModel

from sensevoice_models.errors import ModelError
from sensevoice_models.evaluate.datasets import read_dataset
from sensevoice_models.evaluate.engines import OnnxEngine, ProductEngine, without_unknown
from sensevoice_models.evaluate.normalize import normalize
from sensevoice_models.evaluate.scores import calibration_error, evaluate, restricted, tag_scores, word_scores
from sensevoice_models.evaluate.utterance import Heard, Utterance
from sensevoice_models.recognizer import OnnxRecognizer

FAKE = (sys.executable, str(Path(__file__).parent / "fake_product.py"))


def sound(path: Path, rate: int = 16000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, rate // 2), rate)
    return path


def test_aishell_is_read_from_its_folders(tmp_path: Path) -> None:
    sound(tmp_path / "data_aishell/wav/test/S0764/BAC009S0764W0121.wav")
    sound(tmp_path / "data_aishell/wav/test/S0764/BAC009S0764W0999.wav")
    sound(tmp_path / "data_aishell/wav/train/S0002/BAC009S0002W0122.wav")
    transcript = tmp_path / "data_aishell/transcript/aishell_transcript_v0.8.txt"
    transcript.parent.mkdir()
    transcript.write_text("BAC009S0764W0121 甚至 出现 交易\nBAC009S0002W0122 而 对\n", encoding="utf-8")
    (only,) = read_dataset("aishell-1", tmp_path)
    assert (only.text, only.language, only.speaker) == ("甚至出现交易", "zh", "S0764")


def test_librispeech_is_read_from_its_folders(tmp_path: Path) -> None:
    sound(tmp_path / "test-clean/61/70968/61-70968-0000.flac")
    (tmp_path / "test-clean/61/70968/61-70968.trans.txt").write_text("61-70968-0000 HE BEGAN A\n")
    (only,) = read_dataset("librispeech", tmp_path)
    assert (only.text, only.language, only.speaker) == ("HE BEGAN A", "en", "61")


def test_common_voice_takes_the_language_from_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "zh-HK"
    sound(root / "clips/common_voice_1.wav")
    (root / "test.tsv").write_text('client_id\tpath\tsentence\na\tcommon_voice_1.wav\t佢話"好"\n', encoding="utf-8")
    (only,) = read_dataset("common-voice", root)
    assert (only.text, only.language, only.speaker) == ('佢話"好"', "yue", "a")
    with pytest.raises(ModelError, match="name must be a locale of"):
        read_dataset("common-voice", tmp_path)


def test_crema_d_is_read_from_its_file_names(tmp_path: Path) -> None:
    sound(tmp_path / "AudioWAV/1001_DFA_ANG_XX.wav")
    (only,) = read_dataset("crema-d", tmp_path)
    assert (only.text, only.emotion, only.speaker) == ("Don't forget a jacket", "angry", "1001")


def test_esc50_reads_one_fold_and_knows_which_classes_are_tags(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        sound(tmp_path / "audio" / name, 44100)
    (tmp_path / "meta").mkdir()
    rows = "filename,fold,target,category\na.wav,5,1,coughing\nb.wav,5,2,rain\nc.wav,1,1,coughing\n"
    (tmp_path / "meta/esc50.csv").write_text(rows)
    assert [(item.event, item.text) for item in read_dataset("esc-50", tmp_path)] == [("cough", ""), (None, "")]


def test_the_projects_own_lists_are_read(tmp_path: Path) -> None:
    row = {"source": "dsp", "speaker": "d10", "lang": "zh", "text": "你好", "emotion": "", "file": "dev/a.wav"}
    noise = row | {"source": "esc10", "text": "rain", "lang": "", "file": "dev/b.wav"}
    german = row | {"source": "emodb", "text": "", "lang": "de", "emotion": "SAD", "file": "dev/c.wav"}
    for entry in (row, noise, german):
        sound(tmp_path / entry["file"])
    lines = "\n".join(json.dumps(entry) for entry in (row, noise, german))
    (tmp_path / "dev.jsonl").write_text(lines, encoding="utf-8")
    chinese, rain, sad = read_dataset("jsonl", tmp_path)
    assert (chinese.text, chinese.language, chinese.emotion, chinese.event) == ("你好", "zh", None, "speech")
    assert (rain.text, rain.language, rain.event) == ("", None, None)
    assert (sad.text, sad.language, sad.emotion) == (None, None, "sad")
    (tmp_path / "dev.jsonl").write_text('{"lang": "zh"}')
    with pytest.raises(ModelError, match=r"dev\.jsonl:1: not a line of this set"):
        read_dataset("jsonl", tmp_path)


def test_the_data_folder_is_read(shared_data: Path) -> None:
    assert len(read_dataset("jsonl", shared_data)) > 400


def test_missing_recordings_and_foreign_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"aishell_transcript_v0\.8\.txt does not exist: this is not AISHELL-1"):
        read_dataset("aishell-1", tmp_path)
    (tmp_path / "test-clean/61/70968").mkdir(parents=True)
    with pytest.raises(ModelError, match="no utterances of librispeech found for split 'test-clean'"):
        read_dataset("librispeech", tmp_path)
    (tmp_path / "test-clean/61/70968/x.trans.txt").write_text("61-70968-0000 HE\n")
    with pytest.raises(ModelError, match=r"1 recordings are missing, the first is .*61-70968-0000\.flac"):
        read_dataset("librispeech", tmp_path)


@pytest.mark.parametrize(
    ("language", "left", "right"),
    [
        ("en", "Mr. Brown won't pay twenty-three dollars!", "mister brown will not pay $23"),
        ("zh", "开放时间，早上 ９ 点。", "开放时间早上9点"),
        ("ja", "パンを買う。", "ﾊﾟﾝを買う"),
        ("ko", "조금만 생각을 하면서", "조금만생각을하면서."),
    ],
)
def test_spellings_of_the_same_words_are_equal(language: str, left: str, right: str) -> None:
    assert normalize(left, language) == normalize(right, language)


def test_different_words_stay_different() -> None:
    assert normalize("paid", "en") != normalize("pay", "en")
    assert normalize("が", "ja") != normalize("か", "ja")


def pair(language: str, reference: str, said: str) -> tuple[Utterance, Heard]:
    return Utterance(Path("x.wav"), reference, language), Heard(said)


def test_word_and_character_errors_are_counted_by_language() -> None:
    report = word_scores(
        [
            pair("en", "three one four", "three four four five"),
            pair("en", "one", "One."),
            pair("zh", "语音识别", "语音别"),
            (Utterance(Path("n.wav"), ""), Heard("")),
            (Utterance(Path("n.wav"), ""), Heard("hello")),
        ]
    )
    english, chinese = report["en"], report["zh"]
    assert (english["length"], english["substitutions"], english["insertions"]) == (4, 1, 1)
    assert (chinese["unit"], chinese["length"], chinese["deletions"], chinese["errorRate"]) == (
        "characters",
        4,
        1,
        0.25,
    )
    assert report["withoutWords"] == {"utterances": 2, "silentShare": 0.5}


def test_accuracies_f1_and_confusions_of_tags() -> None:
    truth = ["happy", "happy", "happy", "sad"]
    scores = [{"happy": 0.9, "sad": 0.1}, {"happy": 0.6, "sad": 0.4}, {"happy": 0.2, "sad": 0.8}, {}]
    report = tag_scores(truth, scores)
    assert report["weightedAccuracy"] == 0.5
    assert report["unweightedAccuracy"] == pytest.approx((2 / 3 + 0) / 2)
    assert report["f1"] == {"happy": pytest.approx(0.8), "sad": 0.0}
    assert report["confusion"] == {"happy": {"happy": 2, "sad": 1}, "sad": {"": 1}}


def test_calibration_error_is_zero_for_honest_and_large_for_boasting_confidences() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([1.0] * 4, [True, False, False, False]) == pytest.approx(0.75)
    assert calibration_error([0.5, 0.5, 1.0, 1.0], [True, False, True, False]) == pytest.approx(0.25)


def test_unknown_and_classes_out_of_scope_are_left_out_of_posteriors() -> None:
    assert without_unknown({"happy": 0.3, "sad": 0.1, "emo_unknown": 0.6}) == {
        "happy": pytest.approx(0.75),
        "sad": pytest.approx(0.25),
    }
    assert restricted({"happy": 0.2, "sad": 0.2, "angry": 0.6}, ("happy", "sad")) == {"happy": 0.5, "sad": 0.5}


def test_emotions_can_be_scored_among_some_classes() -> None:
    pairs = [
        (Utterance(Path("a.wav"), emotion="happy"), Heard("", {}, {"happy": 0.3, "fearful": 0.6, "sad": 0.1})),
        (Utterance(Path("b.wav"), emotion="fearful"), Heard("", {}, {"happy": 1.0})),
    ]
    assert evaluate(pairs)["emotion"]["weightedAccuracy"] == 0
    report = evaluate(pairs, ("happy", "sad"))["emotion"]
    assert (report["utterances"], report["weightedAccuracy"]) == (1, 1.0)


def test_a_model_file_is_heard_and_scored(small: SmallModel, tmp_path: Path) -> None:
    utterances = [Utterance(sound(tmp_path / "a.wav"), "one", "en", "happy", "speech")]
    (tmp_path / "short.wav").write_bytes(b"")
    soundfile.write(tmp_path / "short.wav", np.zeros(100), 16000)
    utterances.append(Utterance(tmp_path / "short.wav", "", "en"))
    heard = list(OnnxEngine(OnnxRecognizer(small.sherpa, small.tokens)).hear(utterances))
    assert sum(heard[0].language_scores.values()) == pytest.approx(1)
    assert set(heard[0].event_scores) >= {"speech", "speech-noise", "unknown"}
    assert "emo_unknown" not in heard[0].emotion_scores
    assert heard[1] == Heard()


def test_segments_of_the_product_are_joined(tmp_path: Path) -> None:
    utterances = [
        Utterance(sound(tmp_path / "en_happy_go-left.wav"), "go left", "en", "happy", "speech"),
        Utterance(sound(tmp_path / "zh_sad_语音-识别.wav"), "语音识别", "zh", "sad", "speech"),
        Utterance(sound(tmp_path / "en_sad_silent.wav"), ""),
    ]
    heard = list(ProductEngine(FAKE).hear(utterances))
    assert [row.text for row in heard] == ["GO LEFT", "语音识别", ""]
    assert heard[0].language_scores == {"en": pytest.approx(0.8), "nospeech": pytest.approx(0.2)}
    report = evaluate(list(zip(utterances, heard, strict=True)))
    assert report["words"]["en"]["errorRate"] == 0
    assert report["emotion"]["weightedAccuracy"] == 1
    assert report["event"]["weightedAccuracy"] == 1
    assert report["words"]["withoutWords"]["silentShare"] == 1


def test_the_product_is_asked_in_the_given_language_and_writing(tmp_path: Path) -> None:
    utterances = [
        Utterance(sound(tmp_path / "zh_sad_a.wav"), language="ja"),
        Utterance(sound(tmp_path / "zh_sad_b.wav")),
    ]
    heard = list(ProductEngine(FAKE, "given", with_itn=True).hear(utterances))
    assert [row.text for row in heard] == ["a", "b"]
    assert [row.language_scores for row in heard] == [{"ja": 1.0}, {"zh": 0.8, "nospeech": 0.2}]


def test_a_product_that_fails_or_talks_otherwise_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"analyze failed \(2\): this file is no sound"):
        list(ProductEngine(FAKE).hear([Utterance(sound(tmp_path / "en_sad_broken.wav"))]))
    with pytest.raises(ModelError, match="wrote no segment in line 1"):
        list(ProductEngine(("echo", "hello")).hear([Utterance(tmp_path / "en_sad_broken.wav")]))
    with pytest.raises(ModelError, match="can't start no-such-command"):
        list(ProductEngine(("no-such-command",)).hear([Utterance(tmp_path / "en_sad_broken.wav")]))


def test_the_command_reports_both_ways_of_listening(small: SmallModel, tmp_path: Path) -> None:
    row = {"source": "x", "speaker": "s", "lang": "en", "text": "go left", "emotion": "HAPPY"}
    sound(tmp_path / "en_happy_go-left.wav")
    (tmp_path / "dev.jsonl").write_text(json.dumps(row | {"file": "en_happy_go-left.wav"}))
    base = [sys.executable, "-m", "sensevoice_models.evaluate", "jsonl", str(tmp_path)]
    out = tmp_path / "report.json"
    by_model = [*base, "--model", str(small.sherpa), "--tokens", str(small.tokens), "--out", str(out)]
    done = subprocess.run(by_model, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_text())["words"]["en"]["length"] == 2
    done = subprocess.run(
        [*base, "--product", " ".join(FAKE), "--emotions", "happy,sad"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "en: 0.00% errors of 2 words" in done.stdout
    done = subprocess.run([*base, "--product", " ".join(FAKE), "--emotions", "joy"], capture_output=True, text=True)
    assert done.returncode == 1 and "--emotions joy: expected names of neutral" in done.stderr
