#ifndef SV_STREAM_MESSAGE_H
#define SV_STREAM_MESSAGE_H
#include "sensevoice_client.h"

/** A message of the server in the stream dialect, with what this client uses of it. Strings are never NULL. */
typedef struct sv_stream_message {
  /** "welcome", "event", "ack", "finished", "error" … */
  const char *type;
  const char *session;
  bool resumed;
  bool has_next_sequence;
  uint32_t next_sequence;
  uint32_t number;
  uint32_t retry_after_ms;
  /** Of an `error`, or of an event that is one. */
  const char *code;
  const char *message;
  /** "speech-start", "partial", "result" …; empty unless `type` is "event". */
  const char *event;
  uint32_t start_samples;
  uint32_t samples;
  /** Of a "partial" or a "result". */
  sv_reply reply;
} sv_stream_message;

/** As `sv_read_device_message`. Returns false when it is no message. */
bool sv_read_stream_message(char *text, size_t count, sv_stream_message *message);

#endif
