/* The memory of a client, here so that its size is known. Its fields are no API: they change. */
#ifndef SENSEVOICE_CLIENT_STATE_H
#define SENSEVOICE_CLIENT_STATE_H

/** The largest message either way; the server keeps its own under it. */
#define SV_MESSAGE_BYTES 4096
/** Mask, and a length of 16 bits. */
#define SV_FRAME_HEADER_BYTES 8
/** What is taken from the transport at once. */
#define SV_RAW_BYTES 512
/** Messages of the device dialect on their way: the server works on 16, the network holds the others. */
#define SV_MOST_UNANSWERED 32
/** Utterances of the stream dialect whose beginnings are known until they have a result: a minute of them may wait in the server. */
#define SV_MOST_STARTS 16

/** The sound that waits: a ring in the caller's memory. */
typedef struct sv_ring {
  int16_t *samples;
  uint32_t capacity;
  uint32_t read;
  uint32_t count;
} sv_ring;

/** Where the reading of frames is. */
typedef struct sv_frames {
  uint8_t header[10];
  uint8_t header_bytes;
  bool in_payload;
  uint32_t payload_left;
  /** Of the message that is being put together; 0: none. */
  uint8_t message_opcode;
  uint32_t message_bytes;
  uint8_t control[125];
  uint8_t control_bytes;
} sv_frames;

typedef enum sv_link_state { SV_LINK_OFF, SV_LINK_CONNECTING, SV_LINK_UPGRADING, SV_LINK_OPEN } sv_link_state;

/** One connection. */
typedef struct sv_link {
  sv_link_state state;
  sv_frames frames;
  uint32_t began_ms;
  uint32_t heard_ms;
  bool ping_due;
  bool ping_sent;
  bool pong_due;
  uint8_t pong_bytes;
  uint8_t pong[125];
  /** Base64 of SHA-1. */
  char accept[29];
  /** How it ended. */
  sv_disconnect_reason reason;
  uint16_t http_status;
  uint16_t close_code;
  uint32_t retry_after_ms;
  uint16_t raw_at;
  uint16_t raw_end;
  uint16_t reads_left;
  uint16_t out_at;
  uint16_t out_end;
  uint8_t raw[SV_RAW_BYTES];
  uint8_t out[SV_FRAME_HEADER_BYTES + SV_MESSAGE_BYTES];
  /** And a zero behind it. */
  uint8_t message[SV_MESSAGE_BYTES + 1];
} sv_link;

typedef enum sv_ending { SV_END_NONE, SV_END_ASKED, SV_END_SENT } sv_ending;

typedef struct sv_unanswered {
  uint16_t samples;
  bool is_end;
} sv_unanswered;

/** The device dialect: what was sent and not answered, oldest first. */
typedef struct sv_device {
  sv_unanswered queue[SV_MOST_UNANSWERED];
  uint8_t first;
  uint8_t count;
  uint8_t end_rounds;
} sv_device;

/** The stream dialect: what outlives a connection, and what does not. */
typedef struct sv_stream {
  /** Empty: there is none. */
  char session[33];
  uint32_t next_event;
  /** Of the frame at the ring's read end. */
  uint32_t first_sequence;
  uint32_t acked_sequence;
  /** One more than the highest that was sent in this session. */
  uint32_t most_sequence;
  /** Samples of the ring that were sent over this connection or need not be. */
  uint32_t cursor;
  /** Utterances without a result yet, and the samples (16 kHz) of the session where they began, oldest first. */
  uint8_t open_utterances;
  uint32_t starts[SV_MOST_STARTS];
  uint32_t newest_start;
  bool hello_sent;
  bool greeted;
  bool ack_due;
} sv_stream;

typedef struct sv_client {
  sv_transport transport;
  sv_on_event on_event;
  void *user;
  sv_dialect dialect;
  uint32_t sample_rate;
  uint32_t chunk_samples;
  uint16_t port;
  char host[128];
  char path[128];
  char device_id[65];
  char token[256];
  char language[4];
  sv_state state;
  bool in_event;
  bool in_poll;
  sv_ending ending;
  /** When the server last answered, or owed no answer. */
  uint32_t answered_ms;
  /** While `SV_STATE_WAITING`. */
  uint32_t retry_at_ms;
  uint8_t attempts;
  /** The server asked for silence until then. */
  bool held;
  uint32_t held_until_ms;
  uint64_t dropped[SV_DROP_REASONS];
  uint64_t told[SV_DROP_REASONS];
  sv_ring ring;
  sv_device device;
  sv_stream stream;
  sv_link link;
} sv_client;

#endif
