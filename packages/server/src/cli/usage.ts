export const USAGE = `Usage: sensevoice analyze FILE... [options]
       sensevoice model COMMAND ...
       sensevoice serve [options]
       sensevoice token --device ID [--days N]
       sensevoice device --file SOUND [options]

Writes what is said in sound files, with language, emotion and sound events.
Reads WAV, FLAC, MP3, Ogg Opus and Ogg Vorbis from 8 to 192 kHz. Everything is computed on this machine.

Options:
  --json           one JSON line a segment: file, startMs, endMs, text, tokens, languageScores ...
  --srt            SubRip subtitles (one file)
  --vtt            WebVTT subtitles (one file)
  --model MODEL    folder of a SenseVoice model, or the name of a fetched one (sensevoice-small);
                   default: the embedded tiny model, which knows few words
  --language L     auto (default), zh, en, yue, ja or ko; a forced language has no language scores
  --no-itn         words as spoken: no punctuation, no digits
  --no-vad         every file is one segment, without looking for speech (5 minutes at most)
  -h, --help       this text
  -v, --version    the version

Models:
  sensevoice model fetch MODEL [--tokens URL] [--cmvn URL]
                   downloads sensevoice-small (the published SenseVoiceSmall, 239.2 MB), or the model of a manifest.json
                   or .onnx address; goes on with a download that was cut; --tokens: where its tokens.txt is not beside it;
                   --cmvn: the am.mvn of a FunASR export
  sensevoice model list [--json]
                   what is stored, complete or not
  sensevoice model verify MODEL
                   hashes a stored model again and deletes what is damaged
  sensevoice model prepare MODEL
                   rewrites a model for this machine's processor (once more its size on disk), and measures whether
                   that gives the same answer sooner; analysis then takes it by itself
  sensevoice model inspect MODEL [--json]
                   facts of a stored model, a model's folder or an .onnx file
  sensevoice model remove MODEL
                   deletes a model and everything made of it
  Models are kept in $SENSEVOICE_HOME, else in this system's folder for caches.

Server:
  sensevoice serve --help
                   the companion for devices and pages: sound over WebSockets, results back
  sensevoice device --help
                   plays a device against a companion

Exit status: 0 all was done, 1 some was not, 2 wrong usage, 130 interrupted.
`
