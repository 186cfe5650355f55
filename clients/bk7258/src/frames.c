#include "frames.h"

#include <string.h>

#define FIN 0x80
#define MASKED 0x80

void sv_frames_init(sv_frames *frames) { memset(frames, 0, sizeof *frames); }

static uint8_t opcode_of(const sv_frames *frames) { return frames->header[0] & 0x0f; }
static bool is_control(const sv_frames *frames) { return opcode_of(frames) >= SV_OP_CLOSE; }

/** How long the header is, as far as that is known. */
static size_t header_size(const sv_frames *frames) {
  if (frames->header_bytes < 2) return 2;
  const uint8_t length = frames->header[1] & 0x7f;
  return length == 127 ? 10 : length == 126 ? 4 : 2;
}

static uint64_t payload_size(const sv_frames *frames) {
  const size_t end = header_size(frames);
  if (end == 2) return frames->header[1] & 0x7f;
  uint64_t size = 0;
  for (size_t at = 2; at < end; at += 1) size = size << 8 | frames->header[at];
  return size;
}

/** The header is whole: is it allowed, here and now? */
static sv_frame_event begin_frame(sv_frames *frames, size_t capacity) {
  const uint64_t size = payload_size(frames);
  const uint8_t opcode = opcode_of(frames);
  // No extension was agreed on, and a server must not mask.
  if ((frames->header[0] & 0x70) != 0 || (frames->header[1] & MASKED) != 0) return SV_FRAME_BROKEN;
  if (is_control(frames)) {
    const bool known = opcode <= SV_OP_PONG;
    const bool whole = (frames->header[0] & FIN) != 0 && size <= sizeof frames->control;
    if (!known || !whole) return SV_FRAME_BROKEN;
    frames->control_bytes = 0;
  } else if (opcode == SV_OP_MORE) {
    if (frames->message_opcode == 0) return SV_FRAME_BROKEN;
  } else {
    if (opcode > SV_OP_BINARY || frames->message_opcode != 0) return SV_FRAME_BROKEN;
    frames->message_opcode = opcode;
    frames->message_bytes = 0;
  }
  if (!is_control(frames) && size > capacity - frames->message_bytes) return SV_FRAME_TOO_BIG;
  frames->in_payload = true;
  frames->payload_left = (uint32_t)size;
  return SV_FRAME_MORE;
}

/** The payload is whole: does that make something whole? */
static sv_frame_event end_frame(sv_frames *frames) {
  frames->in_payload = false;
  frames->header_bytes = 0;
  const uint8_t opcode = opcode_of(frames);
  if (opcode == SV_OP_PING) return SV_FRAME_PING;
  if (opcode == SV_OP_PONG) return SV_FRAME_PONG;
  if (opcode == SV_OP_CLOSE) return frames->control_bytes == 1 ? SV_FRAME_BROKEN : SV_FRAME_CLOSE;
  if ((frames->header[0] & FIN) == 0) return SV_FRAME_MORE;
  const bool text = frames->message_opcode == SV_OP_TEXT;
  frames->message_opcode = 0;
  return text ? SV_FRAME_TEXT : SV_FRAME_BINARY;
}

static void keep(sv_frames *frames, const uint8_t *bytes, size_t count, uint8_t *message) {
  if (is_control(frames)) {
    memcpy(frames->control + frames->control_bytes, bytes, count);
    frames->control_bytes = (uint8_t)(frames->control_bytes + count);
  } else {
    memcpy(message + frames->message_bytes, bytes, count);
    frames->message_bytes += (uint32_t)count;
  }
  frames->payload_left -= (uint32_t)count;
}

sv_frame_event sv_frames_read(sv_frames *frames, const uint8_t *bytes, size_t count, size_t *used, uint8_t *message,
                              size_t capacity) {
  size_t at = 0;
  sv_frame_event event = SV_FRAME_MORE;
  while (event == SV_FRAME_MORE && at < count) {
    if (!frames->in_payload) {
      frames->header[frames->header_bytes++] = bytes[at++];
      if (frames->header_bytes < header_size(frames)) continue;
      event = begin_frame(frames, capacity);
      if (event != SV_FRAME_MORE) break;
    } else {
      const size_t there = count - at;
      const size_t wanted = frames->payload_left < there ? frames->payload_left : there;
      keep(frames, bytes + at, wanted, message);
      at += wanted;
    }
    if (frames->payload_left == 0) event = end_frame(frames);
  }
  *used = at;
  return event;
}

size_t sv_frame_write(uint8_t *buffer, uint8_t opcode, size_t count, const uint8_t mask[4]) {
  uint8_t *const payload = buffer + SV_FRAME_HEADER_BYTES;
  const bool is_short = count < 126;
  const size_t begin = is_short ? 2 : 0;
  uint8_t *const header = buffer + begin;
  header[0] = (uint8_t)(FIN | opcode);
  header[1] = (uint8_t)(MASKED | (is_short ? count : 126));
  if (!is_short) {
    header[2] = (uint8_t)(count >> 8);
    header[3] = (uint8_t)count;
  }
  memcpy(payload - 4, mask, 4);
  for (size_t at = 0; at < count; at += 1) payload[at] ^= mask[at & 3];
  return begin;
}
