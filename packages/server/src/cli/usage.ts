export const USAGE = `Usage: sensevoice analyze FILE... [options]

Writes what is said in sound files, with language, emotion and sound events.
Reads WAV, FLAC, MP3, Ogg Opus and Ogg Vorbis from 8 to 192 kHz. Everything is computed on this machine.

Options:
  --json           one JSON line a segment: file, startMs, endMs, text, tokens, languageScores ...
  --srt            SubRip subtitles (one file)
  --vtt            WebVTT subtitles (one file)
  --model DIR      folder of a SenseVoice model; default: the embedded tiny model, which knows few words
  --language L     auto (default), zh, en, yue, ja or ko; a forced language has no language scores
  --no-itn         words as spoken: no punctuation, no digits
  --no-vad         every file is one segment, without looking for speech (5 minutes at most)
  -h, --help       this text
  -v, --version    the version

Exit status: 0 all files were analyzed, 1 some were not, 2 wrong usage.
`
