/*
 * A client of the companion server (`sensevoice serve`) for small devices: C99, no heap, no operating system.
 *
 * One struct, owned by the caller, holds everything. The caller pushes sound, calls `sv_poll` every 10 to 20 ms, and
 * is told events through one function. The network is a struct of function pointers (`sv_transport`).
 *
 * Threads: every call for one client is made by the same task. Where the microphone has a task or an interrupt of its
 * own, hand the sound over through a queue of the operating system.
 *
 * The wire is docs/protocol.md: dialect a (device) or b (stream).
 */
#ifndef SENSEVOICE_CLIENT_H
#define SENSEVOICE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a call came to. Everything below 0 did nothing. */
typedef enum sv_status {
  SV_OK = 0,
  /** An argument is out of its range; see the function. */
  SV_INVALID = -1,
  /** The sound was ended by `sv_end`, and its last answer is not here yet. */
  SV_ENDING = -2,
  /** Not from inside of `on_event`. */
  SV_IN_EVENT = -3
} sv_status;

/** How the client speaks. */
typedef enum sv_dialect {
  /** JSON with hexadecimal digits: 66 kB/s at 16 kHz, and a cut costs what was not answered. */
  SV_DIALECT_DEVICE,
  /** Numbered binary frames: 32 kB/s at 16 kHz, and a session outlives cuts of up to 30 s. */
  SV_DIALECT_STREAM
} sv_dialect;

/** What the client is doing. */
typedef enum sv_state {
  /** Between two attempts to connect. */
  SV_STATE_WAITING,
  SV_STATE_CONNECTING,
  SV_STATE_OPEN,
  /** The stream dialect after `SV_EVENT_FINISHED`: the next sound begins a new session. */
  SV_STATE_IDLE,
  /** Coming back by itself would not help: the server refuses this device. `sv_restart` tries again. */
  SV_STATE_STOPPED
} sv_state;

/**
 * The network, the clock and chance. Nothing here may block for long (a look-up of the host's name inside of `connect`
 * may, and then `sv_poll` does). `context` is handed to each function.
 */
typedef struct sv_transport {
  void *context;
  /** Called until it does not return 0. 1: connected (and TLS agreed on); 0: under way; below 0: failed. */
  int (*connect)(void *context, const char *host, uint16_t port);
  /** Bytes taken, 0 when none can be taken now, below 0 when the connection is lost. */
  int (*send)(void *context, const uint8_t *bytes, size_t count);
  /** Bytes written to `bytes`, 0 when there are none now, below 0 when the connection is lost or at its end. */
  int (*recv)(void *context, uint8_t *bytes, size_t capacity);
  /** Ends the connection or the attempt; also called when there is none. */
  void (*close)(void *context);
  /** Milliseconds since any moment. May wrap. */
  uint32_t (*now_ms)(void *context);
  /** Unpredictable bytes (RFC 6455 asks for that), of the chip's own generator. */
  void (*random)(void *context, uint8_t *bytes, size_t count);
} sv_transport;

/** The emotions of a reply, in the order of `emotion_scores`. */
typedef enum sv_emotion { SV_NEUTRAL, SV_HAPPY, SV_SAD, SV_ANGRY, SV_SURPRISED, SV_EMOTIONS } sv_emotion;

/** The languages of a reply, in the order of `language_scores`. */
typedef enum sv_language { SV_ZH, SV_EN, SV_YUE, SV_JA, SV_KO, SV_NOSPEECH, SV_LANGUAGES } sv_language;

/** The newest state of an utterance, or its result. All pointers hold until `on_event` returns. */
typedef struct sv_reply {
  /** UTF-8, checked; empty before anything is known. */
  const char *text;
  /** The server cut the text, since the message would not have fitted into this client's buffer. */
  bool truncated;
  /** The utterance is over, and this is its result. Empty finals come when an end was asked for in silence. */
  bool final;
  /** False for what is told while the speaker goes on in the stream dialect: then all scores are 0. */
  bool has_scores;
  /** The most probable one; neutral without scores. */
  sv_emotion emotion;
  /** In [0, 1]; they sum to 1. */
  float emotion_scores[SV_EMOTIONS];
  /** "zh", "en", "yue", "ja", "ko", "nospeech", or one that a later model knows. */
  const char *language;
  /** In [0, 1]; 0 for a language that the model does not know. */
  float language_scores[SV_LANGUAGES];
  /** In [0, 1]. */
  float confidence;
  /** In the device dialect: from the message's last byte at the server to its reply. Else 0. */
  uint32_t latency_ms;
} sv_reply;

/** Why sound was lost. */
typedef enum sv_drop_reason {
  /** The memory for sound was full: the network, or the server, was too slow or away for too long. */
  SV_DROPPED_OVERRUN,
  /** Device dialect: it was sent, and the connection was lost before its answer. */
  SV_DROPPED_UNANSWERED,
  /** Stream dialect: the server forgot the session with speech in it that had no result yet. */
  SV_DROPPED_SESSION,
  /** The server itself lost it, and says so. */
  SV_DROPPED_SERVER,
  SV_DROP_REASONS
} sv_drop_reason;

/** Why a connection ended, or did not begin. */
typedef enum sv_disconnect_reason {
  /** No connection, or the transport failed before the answer to the upgrade. */
  SV_DISCONNECT_UNREACHABLE,
  /** The server answered with `http_status` instead of 101. */
  SV_DISCONNECT_REFUSED,
  /** The answer to the upgrade is none, or not for this question. */
  SV_DISCONNECT_BAD_UPGRADE,
  /** The connection broke. */
  SV_DISCONNECT_LOST,
  /** Nothing came for too long. */
  SV_DISCONNECT_SILENCE,
  /** The server broke the rules of RFC 6455 or of the dialect. */
  SV_DISCONNECT_PROTOCOL,
  /** A message over `SV_MESSAGE_BYTES`. */
  SV_DISCONNECT_TOO_BIG,
  /** The server closed with `close_code` (1005: without one). */
  SV_DISCONNECT_CLOSED
} sv_disconnect_reason;

typedef enum sv_event_type {
  /** `as.connected`: sound is on its way from now on. */
  SV_EVENT_CONNECTED,
  /** `as.disconnected` */
  SV_EVENT_DISCONNECTED,
  /** `as.reply` */
  SV_EVENT_REPLY,
  /** `as.error`: of one message; the connection goes on. */
  SV_EVENT_ERROR,
  /** `as.dropped`: sound was lost since the last such event of that reason. */
  SV_EVENT_DROPPED,
  /** Everything that was pushed before `sv_end` is answered, lost and told, or refused and told. */
  SV_EVENT_FINISHED
} sv_event_type;

typedef struct sv_event {
  sv_event_type type;
  union {
    struct {
      /** The session goes on where it was (stream dialect). */
      bool resumed;
    } connected;
    struct {
      sv_disconnect_reason reason;
      /** 0 unless refused. */
      uint16_t http_status;
      /** 0 unless closed by the server. */
      uint16_t close_code;
      /** False: the state is `SV_STATE_STOPPED` now. */
      bool will_retry;
      uint32_t retry_ms;
    } disconnected;
    sv_reply reply;
    struct {
      /** The server's own ("busy", "invalid-argument" …); "bad-message" or "missed-events" of this client. */
      const char *code;
      /** For people who repair things. */
      const char *message;
      /** The server asked not to be sent anything for this long; the client obeys. 0: it did not. */
      uint32_t retry_after_ms;
    } error;
    struct {
      sv_drop_reason reason;
      /** At the client's sample rate; `SV_DROPPED_SERVER`: at 16 kHz. */
      uint32_t samples;
      /** Of this reason since `sv_init`. */
      uint64_t total_samples;
    } dropped;
  } as;
} sv_event;

/** Told from inside of `sv_poll`. May call `sv_push`, `sv_end` and what only reads. */
typedef void (*sv_on_event)(void *user, const sv_event *event);

/** Everything is copied by `sv_init`, but for what the pointers `transport.context`, `sound` and `user` point to. */
typedef struct sv_config {
  sv_transport transport;
  /** Name or address, 1 to 127 characters. */
  const char *host;
  uint16_t port;
  /** NULL: "/ws". Begins with "/", up to 127 visible ASCII characters. */
  const char *path;
  /** 1 to 64 of A-Z a-z 0-9 . _ : - */
  const char *device_id;
  /** NULL or empty: none. Up to 255 visible ASCII characters. */
  const char *token;
  /** Hz, 8000 to 48000; 16000 is best. */
  uint32_t sample_rate;
  /** NULL: the model finds out. Else "zh", "en", "yue", "ja" or "ko". */
  const char *language;
  sv_dialect dialect;
  /** Memory for sound that waits; 200 ms at least, 2 s (device) or as much as there is up to 30 s (stream) are good. */
  int16_t *sound;
  uint32_t sound_samples;
  sv_on_event on_event;
  void *user;
} sv_config;

#include "sensevoice_client_state.h"

/**
 * Makes a client. Connects with the first `sv_poll`.
 *
 * Returns SV_INVALID, and leaves the client unusable, when something in `config` is missing or out of range.
 */
sv_status sv_init(sv_client *client, const sv_config *config);

/**
 * Takes sound: mono PCM16, best 10 to 60 ms at once. Never waits, never fails for want of a connection: it is kept, and
 * when the memory is full the oldest is dropped, counted and told by `SV_EVENT_DROPPED`.
 *
 * Returns SV_ENDING (and takes nothing) between `sv_end` and `SV_EVENT_FINISHED`, SV_INVALID for NULL.
 */
sv_status sv_push(sv_client *client, const int16_t *samples, uint32_t count);

/**
 * The utterance ends here (a button was let go): what is left is sent and answered, then comes `SV_EVENT_FINISHED`.
 * While there is no server that takes as long as it is away, and in SV_STATE_STOPPED for ever: whoever cannot wait calls
 * `sv_restart`.
 *
 * Returns SV_ENDING when that is under way already.
 */
sv_status sv_end(sv_client *client);

/** Connects, sends, receives and tells events; never waits. To be called every 10 to 20 ms, and after sound was pushed. */
sv_state sv_poll(sv_client *client);

/**
 * Drops what waits, counted but not told, and connects anew. Returns SV_IN_EVENT from inside of `on_event`.
 */
sv_status sv_restart(sv_client *client);

/** Says goodbye as far as that goes at once, and ends the connection; `sv_restart` begins again. As `sv_restart` otherwise. */
sv_status sv_stop(sv_client *client);

/** Samples that can be pushed without dropping any. */
uint32_t sv_free_samples(const sv_client *client);

/** Samples lost for one reason since `sv_init`, told or not. */
uint64_t sv_dropped_samples(const sv_client *client, sv_drop_reason reason);

/** "neutral" … "surprised" */
const char *sv_emotion_name(sv_emotion emotion);

#endif
