#include "device.h"

#include "client.h"
#include "device-reply.h"
#include "ring.h"
#include "writer.h"

/**
 * An end is asked for until its reply is empty: one reply holds one result, and two utterances may wait to be told.
 * More than these rounds only a broken server needs.
 */
#define MOST_END_ROUNDS 8

static size_t write_message(sv_client *client, uint8_t *out, size_t capacity, uint32_t samples, bool is_end) {
  sv_writer writer = {out, out + capacity, false};
  sv_put_text(&writer, "{\"audio\":\"");
  for (uint32_t at = 0; at < samples; at += 1) sv_put_hex_sample(&writer, sv_ring_at(&client->ring, at));
  sv_put_text(&writer, "\",\"sample_rate\":");
  sv_put_u32(&writer, client->sample_rate);
  if (client->language[0] != '\0') {
    sv_put_text(&writer, ",\"language\":\"");
    sv_put_text(&writer, client->language);
    sv_put_text(&writer, "\"");
  }
  sv_put_text(&writer, is_end ? ",\"final\":true}" : "}");
  return (size_t)(writer.at - out);
}

size_t sv_device_write(sv_client *client, uint8_t *out, size_t capacity) {
  sv_device *const device = &client->device;
  if (device->count == SV_MOST_UNANSWERED) return 0;
  const bool is_end = client->ending == SV_END_ASKED && client->ring.count <= client->chunk_samples;
  if (!is_end && client->ring.count < client->chunk_samples) return 0;
  const uint32_t samples = is_end ? client->ring.count : client->chunk_samples;
  const size_t size = write_message(client, out, capacity, samples, is_end);
  sv_ring_drop(&client->ring, samples);
  const sv_unanswered sent = {(uint16_t)samples, is_end};
  device->queue[(device->first + device->count) % SV_MOST_UNANSWERED] = sent;
  device->count = (uint8_t)(device->count + 1);
  if (is_end) client->ending = SV_END_SENT;
  return size;
}

void sv_device_hear(sv_client *client, char *text, size_t count) {
  sv_device *const device = &client->device;
  sv_device_message message;
  const bool is_read = sv_read_device_message(text, count, &message);
  bool answers_end = false;
  if (device->count > 0) {
    answers_end = device->queue[device->first].is_end;
    device->first = (uint8_t)((device->first + 1) % SV_MOST_UNANSWERED);
    device->count = (uint8_t)(device->count - 1);
  }
  bool is_last = false;
  if (!is_read) {
    sv_tell_error(client, "bad-message", "the server's message is no reply", 0);
  } else if (message.error != NULL) {
    sv_hold(client, message.retry_after_ms);
    sv_tell_error(client, message.code, message.error, message.retry_after_ms);
  } else {
    is_last = message.reply.text[0] == '\0';
    const sv_event event = {SV_EVENT_REPLY, {.reply = message.reply}};
    sv_tell(client, &event);
  }
  if (!answers_end) return;
  device->end_rounds = (uint8_t)(device->end_rounds + 1);
  if (is_last || device->end_rounds == MOST_END_ROUNDS) {
    device->end_rounds = 0;
    sv_finished(client);
  } else {
    client->ending = SV_END_ASKED;
  }
}

void sv_device_cut(sv_client *client) {
  sv_device *const device = &client->device;
  uint32_t lost = 0;
  for (; device->count > 0; device->count = (uint8_t)(device->count - 1)) {
    lost += device->queue[device->first].samples;
    device->first = (uint8_t)((device->first + 1) % SV_MOST_UNANSWERED);
  }
  sv_lose(client, SV_DROPPED_UNANSWERED, lost);
  if (client->ending == SV_END_SENT) client->ending = SV_END_ASKED;
}

bool sv_device_awaits(const sv_client *client) { return client->device.count > 0; }
