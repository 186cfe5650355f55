#include "client.h"

#include <string.h>

#include "check-config.h"
#include "device.h"
#include "frames.h"
#include "link.h"
#include "ring.h"
#include "stream.h"

#define CHUNK_MS 50
/** Between two attempts to connect. */
#define LEAST_RETRY_MS 1000
#define MOST_RETRY_MS 5000
/** A server may ask for more patience, but not for ever. */
#define MOST_ASKED_MS 60000
/** An answer that is owed for longer does not come. */
#define ANSWER_MS 20000

enum { CLOSE_NORMAL = 1000, CLOSE_PROTOCOL = 1002, CLOSE_POLICY = 1008, CLOSE_REPLACED = 4000 };

static uint32_t now_of(const sv_client *client) { return client->transport.now_ms(client->transport.context); }

static bool has_passed(uint32_t now_ms, uint32_t due_ms) { return (int32_t)(now_ms - due_ms) >= 0; }

static void begin(sv_client *client, sv_state state) {
  client->state = state;
  client->ending = SV_END_NONE;
  client->attempts = 0;
  client->held = false;
  client->retry_at_ms = now_of(client);
  memset(&client->device, 0, sizeof client->device);
  sv_stream_forget(client);
}

sv_status sv_init(sv_client *client, const sv_config *config) {
  if (client == NULL || !sv_is_config(config)) return SV_INVALID;
  memset(client, 0, sizeof *client);
  client->transport = config->transport;
  client->on_event = config->on_event;
  client->user = config->user;
  client->dialect = config->dialect;
  client->sample_rate = config->sample_rate;
  client->port = config->port;
  strcpy(client->host, config->host);
  strcpy(client->path, config->path == NULL ? "/ws" : config->path);
  strcpy(client->device_id, config->device_id);
  strcpy(client->token, config->token == NULL ? "" : config->token);
  strcpy(client->language, config->language == NULL ? "" : config->language);
  const uint32_t chunk = config->sample_rate * CHUNK_MS / 1000;
  client->chunk_samples = chunk < SV_MOST_CHUNK_SAMPLES ? chunk : SV_MOST_CHUNK_SAMPLES;
  sv_ring_init(&client->ring, config->sound, config->sound_samples);
  begin(client, SV_STATE_WAITING);
  return SV_OK;
}

void sv_tell(sv_client *client, const sv_event *event) {
  client->in_event = true;
  client->on_event(client->user, event);
  client->in_event = false;
}

void sv_tell_error(sv_client *client, const char *code, const char *message, uint32_t retry_after_ms) {
  const sv_event event = {SV_EVENT_ERROR, {.error = {code, message, retry_after_ms}}};
  sv_tell(client, &event);
}

void sv_lose(sv_client *client, sv_drop_reason reason, uint32_t samples) { client->dropped[reason] += samples; }

void sv_hold(sv_client *client, uint32_t for_ms) {
  if (for_ms == 0) return;
  client->held = true;
  client->held_until_ms = now_of(client) + (for_ms < MOST_ASKED_MS ? for_ms : MOST_ASKED_MS);
}

static void tell_losses(sv_client *client) {
  for (int reason = 0; reason < SV_DROP_REASONS; reason += 1) {
    const uint64_t samples = client->dropped[reason] - client->told[reason];
    if (samples == 0) continue;
    client->told[reason] = client->dropped[reason];
    const uint32_t told = samples < UINT32_MAX ? (uint32_t)samples : UINT32_MAX;
    const sv_event event = {SV_EVENT_DROPPED, {.dropped = {(sv_drop_reason)reason, told, client->dropped[reason]}}};
    sv_tell(client, &event);
  }
}

void sv_finished(sv_client *client) {
  // What was lost of it comes first.
  tell_losses(client);
  client->ending = SV_END_NONE;
  if (client->dialect == SV_DIALECT_STREAM) {
    static const char BYE[] = "{\"type\":\"bye\"}";
    uint8_t *const room = sv_link_room(&client->link, &client->transport);
    if (room != NULL) {
      memcpy(room, BYE, sizeof BYE - 1);
      sv_link_send(&client->link, &client->transport, SV_OP_TEXT, sizeof BYE - 1);
    }
    sv_link_leave(&client->link, &client->transport, CLOSE_NORMAL);
    sv_stream_forget(client);
    client->state = SV_STATE_IDLE;
  }
  const sv_event event = {SV_EVENT_FINISHED, {.connected = {false}}};
  sv_tell(client, &event);
}

sv_status sv_push(sv_client *client, const int16_t *samples, uint32_t count) {
  if (client == NULL || (samples == NULL && count > 0)) return SV_INVALID;
  if (client->ending != SV_END_NONE) return SV_ENDING;
  if (count > client->ring.capacity) {
    const uint32_t over = count - client->ring.capacity;
    sv_lose(client, SV_DROPPED_OVERRUN, over);
    samples += over;
    count -= over;
  }
  while (client->ring.capacity - client->ring.count < count) sv_stream_make_room(client);
  sv_ring_add(&client->ring, samples, count);
  return SV_OK;
}

sv_status sv_end(sv_client *client) {
  if (client == NULL) return SV_INVALID;
  if (client->ending != SV_END_NONE) return SV_ENDING;
  client->ending = SV_END_ASKED;
  return SV_OK;
}

uint32_t sv_free_samples(const sv_client *client) { return client->ring.capacity - client->ring.count; }

uint64_t sv_dropped_samples(const sv_client *client, sv_drop_reason reason) {
  return (unsigned)reason < SV_DROP_REASONS ? client->dropped[reason] : 0;
}

/** What does not change by asking again. */
static bool is_hopeless(const sv_link *link) {
  if (link->reason == SV_DISCONNECT_REFUSED) {
    const uint16_t status = link->http_status;
    return status >= 400 && status < 500 && status != 408 && status != 429;
  }
  if (link->reason != SV_DISCONNECT_CLOSED) return false;
  return link->close_code == CLOSE_POLICY || link->close_code == CLOSE_REPLACED;
}

/** 1 to 2 s at first, 1 to 5 s later: by chance, so that a thousand devices do not come back at once. */
static uint32_t retry_ms(sv_client *client) {
  const uint32_t most = client->attempts == 0 ? 2 * LEAST_RETRY_MS : client->attempts == 1 ? 4 * LEAST_RETRY_MS : MOST_RETRY_MS;
  if (client->attempts < 2) client->attempts = (uint8_t)(client->attempts + 1);
  uint8_t chance[2];
  client->transport.random(client->transport.context, chance, sizeof chance);
  const uint32_t own = LEAST_RETRY_MS + (most - LEAST_RETRY_MS) * (uint32_t)(chance[0] << 8 | chance[1]) / 65536;
  const uint32_t asked = client->link.retry_after_ms < MOST_ASKED_MS ? client->link.retry_after_ms : MOST_ASKED_MS;
  return asked > own ? asked : own;
}

static void disconnected(sv_client *client) {
  const sv_link *const link = &client->link;
  if (client->dialect == SV_DIALECT_DEVICE) sv_device_cut(client);
  else sv_stream_cut(client);
  client->held = false;
  const bool stop = is_hopeless(link);
  const uint32_t wait_ms = stop ? 0 : retry_ms(client);
  client->state = stop ? SV_STATE_STOPPED : SV_STATE_WAITING;
  client->retry_at_ms = now_of(client) + wait_ms;
  const sv_event event = {
      SV_EVENT_DISCONNECTED,
      {.disconnected = {link->reason, link->http_status, link->close_code, !stop, wait_ms}},
  };
  sv_tell(client, &event);
}

/** Ends the connection for a reason of this client's own. */
static void give_up(sv_client *client, sv_disconnect_reason reason, uint16_t code) {
  sv_link_leave(&client->link, &client->transport, code);
  client->link.reason = reason;
  disconnected(client);
}

static void opened(sv_client *client, uint32_t now_ms) {
  client->state = SV_STATE_OPEN;
  client->answered_ms = now_ms;
  // In the stream dialect the server's welcome is what counts.
  if (client->dialect == SV_DIALECT_STREAM) return;
  const sv_event event = {SV_EVENT_CONNECTED, {.connected = {false}}};
  sv_tell(client, &event);
}

static void heard(sv_client *client, uint32_t now_ms) {
  char *const text = (char *)client->link.message;
  const size_t count = client->link.frames.message_bytes;
  client->answered_ms = now_ms;
  if (client->dialect == SV_DIALECT_DEVICE) {
    sv_device_hear(client, text, count);
    client->attempts = 0;
  } else if (!sv_stream_hear(client, text, count)) {
    give_up(client, SV_DISCONNECT_PROTOCOL, CLOSE_PROTOCOL);
  }
}

static void receive(sv_client *client, uint32_t now_ms) {
  const sv_request request = {client->host, client->port, client->path, client->device_id, client->token};
  sv_link_allow(&client->link);
  for (;;) {
    switch (sv_link_next(&client->link, &client->transport, &request, now_ms)) {
      case SV_LINK_NOTHING:
        return;
      case SV_LINK_OPENED:
        opened(client, now_ms);
        break;
      case SV_LINK_TEXT:
        heard(client, now_ms);
        break;
      case SV_LINK_ENDED:
        disconnected(client);
        return;
    }
  }
}

static void transmit(sv_client *client) {
  for (uint8_t *room; (room = sv_link_room(&client->link, &client->transport)) != NULL;) {
    uint8_t opcode = SV_OP_TEXT;
    const size_t count = client->dialect == SV_DIALECT_DEVICE
                             ? sv_device_write(client, room, SV_MESSAGE_BYTES)
                             : sv_stream_write(client, room, SV_MESSAGE_BYTES, &opcode);
    if (count == 0) return;
    sv_link_send(&client->link, &client->transport, opcode, count);
  }
}

static void go_on(sv_client *client, uint32_t now_ms) {
  const bool has_work = client->ring.count > 0 || client->ending != SV_END_NONE;
  const bool is_due = client->state == SV_STATE_WAITING && has_passed(now_ms, client->retry_at_ms);
  if (is_due || (client->state == SV_STATE_IDLE && has_work)) {
    client->state = SV_STATE_CONNECTING;
    sv_link_begin(&client->link, now_ms);
  }
  if (client->state != SV_STATE_CONNECTING && client->state != SV_STATE_OPEN) return;
  receive(client, now_ms);
  if (client->state != SV_STATE_OPEN) return;
  if (client->held && has_passed(now_ms, client->held_until_ms)) client->held = false;
  if (!client->held) transmit(client);
  const bool awaits = client->dialect == SV_DIALECT_DEVICE ? sv_device_awaits(client) : sv_stream_awaits(client);
  if (client->held || !awaits) client->answered_ms = now_ms;
  if (now_ms - client->answered_ms >= ANSWER_MS) give_up(client, SV_DISCONNECT_SILENCE, CLOSE_NORMAL);
}

sv_state sv_poll(sv_client *client) {
  if (client->in_poll) return client->state;
  client->in_poll = true;
  go_on(client, now_of(client));
  tell_losses(client);
  client->in_poll = false;
  return client->state;
}

static sv_status reset(sv_client *client, sv_state state) {
  if (client == NULL) return SV_INVALID;
  if (client->in_event) return SV_IN_EVENT;
  if (client->state == SV_STATE_CONNECTING || client->state == SV_STATE_OPEN) {
    sv_link_leave(&client->link, &client->transport, CLOSE_NORMAL);
    sv_device_cut(client);
  }
  sv_lose(client, SV_DROPPED_OVERRUN, client->ring.count);
  sv_ring_drop(&client->ring, client->ring.count);
  begin(client, state);
  memcpy(client->told, client->dropped, sizeof client->told);
  return SV_OK;
}

sv_status sv_restart(sv_client *client) { return reset(client, SV_STATE_WAITING); }

sv_status sv_stop(sv_client *client) { return reset(client, SV_STATE_STOPPED); }
