/* A client with the fake network, and what it told. */
#ifndef SV_FAKE_CALLER_H
#define SV_FAKE_CALLER_H
#include "fake-network.h"

#define SOUND_SAMPLES 8000
#define CHUNK 800

typedef struct told {
  unsigned connected, resumed, disconnected, replies, finals, errors, finished;
  uint64_t dropped[SV_DROP_REASONS];
  sv_disconnect_reason reason;
  uint16_t http_status, close_code;
  uint32_t retry_ms, asked_ms;
  char text[256];
  char code[64];
} told;

static sv_client client;
static told seen;
static int16_t sound[SOUND_SAMPLES];
static int16_t spoken;

static void on_event(void *user, const sv_event *event) {
  told *const to = user;
  CHECK(sv_restart(&client) == SV_IN_EVENT && sv_stop(&client) == SV_IN_EVENT);
  switch (event->type) {
    case SV_EVENT_CONNECTED:
      to->connected += 1;
      to->resumed += event->as.connected.resumed;
      break;
    case SV_EVENT_DISCONNECTED:
      to->disconnected += 1;
      to->reason = event->as.disconnected.reason;
      to->http_status = event->as.disconnected.http_status;
      to->close_code = event->as.disconnected.close_code;
      to->retry_ms = event->as.disconnected.retry_ms;
      break;
    case SV_EVENT_REPLY:
      to->replies += 1;
      to->finals += event->as.reply.final;
      strncpy(to->text, event->as.reply.text, sizeof to->text - 1);
      break;
    case SV_EVENT_ERROR:
      to->errors += 1;
      strncpy(to->code, event->as.error.code, sizeof to->code - 1);
      to->asked_ms = event->as.error.retry_after_ms;
      break;
    case SV_EVENT_DROPPED:
      to->dropped[event->as.dropped.reason] += event->as.dropped.samples;
      CHECK(event->as.dropped.samples > 0);
      CHECK(event->as.dropped.total_samples == to->dropped[event->as.dropped.reason]);
      break;
    case SV_EVENT_FINISHED:
      to->finished += 1;
      break;
  }
}

static void begin_with(sv_dialect dialect) {
  net_init();
  memset(&seen, 0, sizeof seen);
  spoken = 0;
  const sv_config config = {
      .transport = fake_transport(),
      .host = "host",
      .port = 8790,
      .device_id = "device",
      .sample_rate = 16000,
      .dialect = dialect,
      .sound = sound,
      .sound_samples = SOUND_SAMPLES,
      .on_event = on_event,
      .user = &seen,
  };
  CHECK(sv_init(&client, &config) == SV_OK);
}

/** Polls as a device does, each 10 ms, for this long. */
static sv_state poll_for(uint32_t ms) {
  sv_state state = sv_poll(&client);
  for (uint32_t passed = 0; passed < ms; passed += 10) {
    net.now_ms += 10;
    state = sv_poll(&client);
  }
  return state;
}

/** To an open connection, whatever time that takes. */
static void open_client(void) {
  for (int round = 0; round < 600 && !net.is_open; round += 1) poll_for(10);
  grant();
  CHECK(poll_for(10) == SV_STATE_OPEN);
}

/** Samples that count up, so that each can be told from the others. */
static void push(uint32_t count) {
  int16_t samples[1];
  for (uint32_t at = 0; at < count; at += 1) {
    samples[0] = spoken++;
    CHECK(sv_push(&client, samples, 1) == SV_OK);
  }
}

#endif
