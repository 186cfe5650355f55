export const SERVE_USAGE = `Usage: sensevoice serve [options]

Takes sound from devices and pages over WebSockets and answers with text, language, emotion and their probabilities.
  ws://HOST:PORT/ws/DEVICE     JSON with hexadecimal sound, the stream protocol, xiaozhi's or Beken's
  /health /livez /readyz       how it is
  /metrics                     for Prometheus
  /status                      a page with the connected devices, for people

Every option is also an environment variable: --token-file is SENSEVOICE_SERVE_TOKEN_FILE.

  --host H  --port N           where to listen (127.0.0.1, 8790)
  --model MODEL                folder of a model, or the name of a fetched one; default: the embedded tiny model
  --backend local|triton       this machine's processor (default), or Triton servers
  --endpoint URL               of a Triton server: http, https, grpc or grpcs; as often as there are servers
  --fallback                   recognize here when no Triton server can; holds the model in memory, and needs its ONNX file
  --parallel N                 recognitions at once (local: processors; triton: 4 times that)
  --threads N                  of each recognition here (local: 1; --fallback: processors)
  --token T                    one token for all devices
  --token-file F               lines of "DEVICE TOKEN"
  --token-secret S             signed tokens, made by: sensevoice token --device ID [--days N]
  --insecure-no-auth           serve a network without any token
  --origin O                   pages of this origin may connect (default: all); as often as you like
  --tls-cert F  --tls-key F    PEM files for https and wss
  --connections N              256; --per-address N: 64
  --message-bytes N            4194304; longer messages end their connection, and as much of one client may wait
  --unheard-seconds N          10; sound of one stream that may wait to be heard before its socket is not read
  --queue N                    256 segments may wait; more are refused at once
  --idle-seconds N             120; who says nothing for longer is closed
  --drain-seconds N            20; how long SIGTERM waits for what was begun
  --ota-device ID              this device (xiaozhi firmware) may ask /xiaozhi/ota/ for its token; as often as you like
  --status-token T             who has it may see /status (16 characters at least); without: this machine alone may
  --trust-proxy                take addresses from X-Forwarded-For

Answers, spoken; off without --llm-url. Keys are better in the environment, where nobody reads them from the list of processes:
  --llm-url URL  --llm-model M a language model behind OpenAI's API, such as https://llm.example/v1; key: SENSEVOICE_SERVE_LLM_KEY
  --voice-model M              a voice there or at --voice-url URL; --voice-name N (alloy), key: SENSEVOICE_SERVE_VOICE_KEY
  --prompt-file F              what the model is told first; behind a line "---" how an utterance is put to it ({text}, {emotion}, …)
  --reply-fallback TEXT|silent what is said when a model or voice fails (silent)
`
