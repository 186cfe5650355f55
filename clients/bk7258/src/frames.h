#ifndef SV_FRAMES_H
#define SV_FRAMES_H
#include "sensevoice_client.h"

/** Opcodes of RFC 6455. */
enum { SV_OP_MORE = 0, SV_OP_TEXT = 1, SV_OP_BINARY = 2, SV_OP_CLOSE = 8, SV_OP_PING = 9, SV_OP_PONG = 10 };

typedef enum sv_frame_event {
  /** All bytes are used, and nothing is whole yet. */
  SV_FRAME_MORE,
  /** A message is whole: `message_bytes` of it. */
  SV_FRAME_TEXT,
  SV_FRAME_BINARY,
  /** A control frame is whole, its payload is in `control`. */
  SV_FRAME_PING,
  SV_FRAME_PONG,
  SV_FRAME_CLOSE,
  /** Against RFC 6455; there is no going on. */
  SV_FRAME_BROKEN,
  /** The message would not fit into `capacity`; there is no going on. */
  SV_FRAME_TOO_BIG
} sv_frame_event;

void sv_frames_init(sv_frames *frames);

/**
 * Reads what a server sends: messages in any number of frames, cut anywhere. Returns at the first thing that is whole;
 * `used` says how many bytes that took, the others are for the next call.
 *
 * `message` (of `capacity` bytes) keeps the message between calls, until the call after SV_FRAME_TEXT or -BINARY.
 */
sv_frame_event sv_frames_read(sv_frames *frames, const uint8_t *bytes, size_t count, size_t *used, uint8_t *message,
                              size_t capacity);

/**
 * Makes a whole masked frame of the `count` (up to 65535) bytes that begin at `buffer` + SV_FRAME_HEADER_BYTES, in place.
 *
 * Returns where in `buffer` it begins; it ends with the payload.
 */
size_t sv_frame_write(uint8_t *buffer, uint8_t opcode, size_t count, const uint8_t mask[4]);

#endif
