#include "stream.h"

#include <string.h>

#include "client.h"
#include "frames.h"
#include "ring.h"
#include "stream-message.h"
#include "writer.h"

#define FRAME_HEADER_BYTES 8
#define KIND_SOUND 1
#define SESSION_DIGITS 32
/** The server acknowledges at least every 500 ms of sound. */
#define ACK_CHUNKS 10

static uint32_t chunks_of(const sv_client *client, uint32_t samples) {
  return (samples + client->chunk_samples - 1) / client->chunk_samples;
}

static size_t write_hello(const sv_client *client, uint8_t *out, size_t capacity) {
  sv_writer writer = {out, out + capacity, false};
  sv_put_text(&writer, "{\"type\":\"hello\",\"protocol\":\"sensevoice\",\"version\":1,\"audio\":{\"format\":\"pcm16\",\"sampleRate\":");
  sv_put_u32(&writer, client->sample_rate);
  sv_put_text(&writer, "},\"maxMessageBytes\":");
  sv_put_u32(&writer, SV_MESSAGE_BYTES);
  if (client->language[0] != '\0') {
    sv_put_text(&writer, ",\"language\":\"");
    sv_put_text(&writer, client->language);
    sv_put_text(&writer, "\"");
  }
  if (client->stream.session[0] != '\0') {
    sv_put_text(&writer, ",\"resume\":{\"session\":\"");
    sv_put_text(&writer, client->stream.session);
    sv_put_text(&writer, "\",\"nextEvent\":");
    sv_put_u32(&writer, client->stream.next_event);
    sv_put_text(&writer, "}");
  }
  sv_put_text(&writer, "}");
  return (size_t)(writer.at - out);
}

static size_t write_ack(const sv_client *client, uint8_t *out, size_t capacity) {
  sv_writer writer = {out, out + capacity, false};
  sv_put_text(&writer, "{\"type\":\"ack\",\"nextEvent\":");
  sv_put_u32(&writer, client->stream.next_event);
  sv_put_text(&writer, "}");
  return (size_t)(writer.at - out);
}

static size_t write_frame(sv_client *client, uint8_t *out, uint32_t samples) {
  sv_stream *const stream = &client->stream;
  const uint32_t sequence = stream->first_sequence + chunks_of(client, stream->cursor);
  const uint8_t header[FRAME_HEADER_BYTES] = {KIND_SOUND,          0, 0, 0, (uint8_t)sequence, (uint8_t)(sequence >> 8),
                                              (uint8_t)(sequence >> 16), (uint8_t)(sequence >> 24)};
  memcpy(out, header, sizeof header);
  uint8_t *at = out + FRAME_HEADER_BYTES;
  for (uint32_t index = 0; index < samples; index += 1) {
    const uint16_t bits = (uint16_t)sv_ring_at(&client->ring, stream->cursor + index);
    *at++ = (uint8_t)bits;
    *at++ = (uint8_t)(bits >> 8);
  }
  stream->cursor += samples;
  if (sequence + 1 > stream->most_sequence) stream->most_sequence = sequence + 1;
  return (size_t)(at - out);
}

size_t sv_stream_write(sv_client *client, uint8_t *out, size_t capacity, uint8_t *opcode) {
  sv_stream *const stream = &client->stream;
  *opcode = SV_OP_TEXT;
  if (!stream->hello_sent) {
    stream->hello_sent = true;
    return write_hello(client, out, capacity);
  }
  if (!stream->greeted) return 0;
  if (stream->ack_due) {
    stream->ack_due = false;
    return write_ack(client, out, capacity);
  }
  const uint32_t left = client->ring.count - stream->cursor;
  if (left >= client->chunk_samples || (left > 0 && client->ending == SV_END_ASKED)) {
    *opcode = SV_OP_BINARY;
    return write_frame(client, out, left < client->chunk_samples ? left : client->chunk_samples);
  }
  if (client->ending != SV_END_ASKED) return 0;
  client->ending = SV_END_SENT;
  sv_writer writer = {out, out + capacity, false};
  sv_put_text(&writer, "{\"type\":\"finish\"}");
  return (size_t)(writer.at - out);
}

/** The server has every frame below `sequence`. False: it cannot have, since they were never sent. */
static bool acknowledge(sv_client *client, uint32_t sequence) {
  sv_stream *const stream = &client->stream;
  if (sequence > stream->most_sequence) return false;
  if (sequence > stream->acked_sequence) stream->acked_sequence = sequence;
  if (sequence <= stream->first_sequence) return true;
  const uint32_t samples = (sequence - stream->first_sequence) * client->chunk_samples;
  const uint32_t dropped = samples < client->ring.count ? samples : client->ring.count;
  sv_ring_drop(&client->ring, dropped);
  stream->cursor = stream->cursor > dropped ? stream->cursor - dropped : 0;
  stream->first_sequence = sequence;
  return true;
}

/** The server lacks `sequence` and everything behind it. False: it had it. */
static bool rewind_to(sv_client *client, uint32_t sequence) {
  sv_stream *const stream = &client->stream;
  if (sequence < stream->acked_sequence || !acknowledge(client, sequence)) return false;
  if (sequence < stream->first_sequence) {
    // Too old to be here still: what follows takes its numbers.
    sv_lose(client, SV_DROPPED_OVERRUN, (stream->first_sequence - sequence) * client->chunk_samples);
    stream->first_sequence = sequence;
    stream->most_sequence = sequence;
  }
  stream->cursor = 0;
  if (client->ending == SV_END_SENT) client->ending = SV_END_ASKED;
  return true;
}

/** The session is gone: speech that had no result yet gets none, and what is kept is sent anew. */
static void begin_session(sv_client *client, const char *session) {
  sv_stream *const stream = &client->stream;
  const uint32_t passed = stream->first_sequence - stream->acked_sequence;
  sv_lose(client, SV_DROPPED_OVERRUN, passed * client->chunk_samples);
  const uint64_t taken = (uint64_t)stream->acked_sequence * client->chunk_samples;
  const uint64_t start = (uint64_t)stream->starts[0] * client->sample_rate / 16000;
  if (stream->open_utterances > 0 && taken > start) sv_lose(client, SV_DROPPED_SESSION, (uint32_t)(taken - start));
  const bool hello_sent = stream->hello_sent;
  sv_stream_forget(client);
  stream->hello_sent = hello_sent;
  memcpy(stream->session, session, SESSION_DIGITS + 1);
}

static bool is_session(const char *text) {
  return strlen(text) == SESSION_DIGITS && strspn(text, "0123456789abcdef") == SESSION_DIGITS;
}

static bool welcome(sv_client *client, const sv_stream_message *message) {
  sv_stream *const stream = &client->stream;
  const bool asked = stream->session[0] != '\0';
  if (stream->greeted || !message->has_next_sequence || !is_session(message->session)) return false;
  if (message->resumed && !asked) return false;
  if (!message->resumed) begin_session(client, message->session);
  if (!rewind_to(client, message->next_sequence)) {
    sv_stream_forget(client);
    return false;
  }
  stream->greeted = true;
  client->attempts = 0;
  const sv_event event = {SV_EVENT_CONNECTED, {.connected = {message->resumed}}};
  sv_tell(client, &event);
  return true;
}

/** Events come again after a cut; each counts once. */
static bool is_new(sv_client *client, uint32_t number) {
  sv_stream *const stream = &client->stream;
  if (number < stream->next_event) return false;
  const bool gap = number > stream->next_event;
  stream->next_event = number + 1;
  stream->ack_due = true;
  if (gap) sv_tell_error(client, "missed-events", "the server left events out", 0);
  return true;
}

static void utterance_begins(sv_stream *stream, uint32_t start_samples) {
  if (stream->open_utterances < SV_MOST_STARTS) stream->starts[stream->open_utterances] = start_samples;
  stream->newest_start = start_samples;
  if (stream->open_utterances < UINT8_MAX) stream->open_utterances = (uint8_t)(stream->open_utterances + 1);
}

/** The server answers, or gives up, the oldest first. */
static void utterance_is_settled(sv_stream *stream) {
  if (stream->open_utterances == 0) return;
  stream->open_utterances = (uint8_t)(stream->open_utterances - 1);
  memmove(stream->starts, stream->starts + 1, sizeof stream->starts - sizeof stream->starts[0]);
  // Of the beginnings that had no place only the last is known.
  if (stream->open_utterances >= SV_MOST_STARTS) stream->starts[SV_MOST_STARTS - 1] = stream->newest_start;
}

/** What was just being said was none, whatever waits before it. */
static void utterance_was_none(sv_stream *stream) {
  if (stream->open_utterances > 0) stream->open_utterances = (uint8_t)(stream->open_utterances - 1);
}

static void hear_event(sv_client *client, sv_stream_message *message) {
  sv_stream *const stream = &client->stream;
  const char *const type = message->event;
  const bool is_result = strcmp(type, "result") == 0;
  sv_hold(client, message->retry_after_ms);
  if (strcmp(type, "speech-start") == 0) {
    utterance_begins(stream, message->start_samples);
  } else if (is_result || strcmp(type, "partial") == 0) {
    if (is_result) utterance_is_settled(stream);
    message->reply.final = is_result;
    const sv_event event = {SV_EVENT_REPLY, {.reply = message->reply}};
    sv_tell(client, &event);
  } else if (strcmp(type, "discarded") == 0) {
    utterance_was_none(stream);
  } else if (strcmp(type, "overrun") == 0) {
    utterance_is_settled(stream);
    sv_lose(client, SV_DROPPED_SERVER, message->samples);
  } else if (strcmp(type, "error") == 0) {
    utterance_is_settled(stream);
    sv_tell_error(client, message->code, message->message, message->retry_after_ms);
  }
}

bool sv_stream_hear(sv_client *client, char *text, size_t count) {
  sv_stream *const stream = &client->stream;
  sv_stream_message message;
  if (!sv_read_stream_message(text, count, &message)) {
    sv_tell_error(client, "bad-message", "the server's message is none of the stream dialect", 0);
    return true;
  }
  if (strcmp(message.type, "welcome") == 0) return welcome(client, &message);
  if (strcmp(message.type, "error") == 0) {
    if (message.has_next_sequence) return stream->greeted && rewind_to(client, message.next_sequence);
    sv_hold(client, message.retry_after_ms);
    sv_tell_error(client, message.code, message.message, message.retry_after_ms);
    return stream->greeted;
  }
  if (!stream->greeted) return false;
  if (strcmp(message.type, "ack") == 0) return message.has_next_sequence && acknowledge(client, message.next_sequence);
  if (strcmp(message.type, "event") == 0) {
    if (is_new(client, message.number)) hear_event(client, &message);
  } else if (strcmp(message.type, "finished") == 0 && is_new(client, message.number)) {
    if (client->ending == SV_END_NONE) return false;
    // After a cut the answer may come before the question was asked again; then everything had been sent.
    sv_lose(client, SV_DROPPED_UNANSWERED, client->ring.count - stream->cursor);
    sv_ring_drop(&client->ring, client->ring.count);
    sv_finished(client);
  }
  return true;
}

void sv_stream_cut(sv_client *client) {
  sv_stream *const stream = &client->stream;
  stream->hello_sent = false;
  stream->greeted = false;
  stream->ack_due = false;
  if (client->ending == SV_END_SENT) client->ending = SV_END_ASKED;
}

void sv_stream_forget(sv_client *client) { memset(&client->stream, 0, sizeof client->stream); }

void sv_stream_make_room(sv_client *client) {
  sv_stream *const stream = &client->stream;
  const uint32_t chunk = client->chunk_samples < client->ring.count ? client->chunk_samples : client->ring.count;
  sv_ring_drop(&client->ring, chunk);
  if (stream->cursor < chunk) {
    // Never sent, or to be sent again: its number goes to what follows.
    sv_lose(client, SV_DROPPED_OVERRUN, chunk);
    return;
  }
  stream->cursor -= chunk;
  stream->first_sequence += 1;
}

bool sv_stream_awaits(const sv_client *client) {
  const sv_stream *const stream = &client->stream;
  const bool unacknowledged = stream->cursor >= ACK_CHUNKS * client->chunk_samples;
  return !stream->greeted || client->ending == SV_END_SENT || unacknowledged;
}
