#include "fake-caller.h"

#define REPLY(text, final) "{\"text\":\"" text "\",\"emotion\":\"neutral\",\"language\":\"en\",\"confidence\":1,\"final\":" final "}"

static bool is_end(void) { return strstr(net.message, "\"final\":true") != NULL; }

/** The first sample of the message that was taken. */
static long first_sample(void) {
  static const char HEAD[] = "{\"audio\":\"";
  char digits[5] = {0};
  CHECK(strncmp(net.message, HEAD, sizeof HEAD - 1) == 0);
  const char *const from = net.message + sizeof HEAD - 1;
  const char swapped[4] = {from[2], from[3], from[0], from[1]};
  memcpy(digits, swapped, 4);
  return strtol(digits, NULL, 16);
}

static void sends_and_tells(void) {
  begin_with(SV_DIALECT_DEVICE);
  open_client();
  CHECK(seen.connected == 1);
  push(2 * CHUNK + 100);
  poll_for(10);
  CHECK(take_message() && net.opcode == 1 && first_sample() == 0 && !is_end());
  CHECK(strcmp(net.message + 10 + 4 * CHUNK, "\",\"sample_rate\":16000}") == 0);
  CHECK(take_message() && first_sample() == CHUNK && !take_message());
  say(REPLY("3", "false"));
  say(REPLY("3 1", "true"));
  poll_for(10);
  CHECK(seen.replies == 2 && seen.finals == 1 && strcmp(seen.text, "3 1") == 0);
  CHECK(sv_end(&client) == SV_OK && sv_end(&client) == SV_ENDING && sv_push(&client, sound, 1) == SV_ENDING);
  poll_for(10);
  CHECK(take_message() && first_sample() == 2 * CHUNK && is_end() && strlen(net.message) < 500);
  // A result in the answer to the end: there may be one more behind it.
  say(REPLY("4", "true"));
  poll_for(10);
  CHECK(seen.finished == 0 && take_message() && is_end());
  say(REPLY("", "true"));
  poll_for(10);
  CHECK(seen.finished == 1 && !take_message() && sv_push(&client, sound, 1) == SV_OK);
  CHECK(sv_dropped_samples(&client, SV_DROPPED_OVERRUN) == 0);
}

static void a_server_that_never_ends_is_not_asked_for_ever(void) {
  begin_with(SV_DIALECT_DEVICE);
  open_client();
  sv_end(&client);
  for (int round = 0; round < 8; round += 1) {
    poll_for(10);
    CHECK(seen.finished == 0 && take_message());
    say(REPLY("more", "true"));
  }
  poll_for(10);
  CHECK(seen.finished == 1 && !take_message());
}

static void sound_without_a_server_is_bounded_and_counted(void) {
  begin_with(SV_DIALECT_DEVICE);
  net.connect = -1;
  for (int round = 0; round < 50; round += 1) {
    push(500);
    poll_for(10);
  }
  const uint64_t dropped = sv_dropped_samples(&client, SV_DROPPED_OVERRUN);
  CHECK(dropped == seen.dropped[SV_DROPPED_OVERRUN]);
  CHECK(25000 - dropped == SOUND_SAMPLES - sv_free_samples(&client));
  CHECK(sv_free_samples(&client) < CHUNK);
  net.connect = 1;
  open_client();
  poll_for(10);
  // The newest sound is what is left.
  CHECK(take_message() && first_sample() == (long)dropped);
  static int16_t much[SOUND_SAMPLES + 10];
  CHECK(sv_push(&client, much, SOUND_SAMPLES + 10) == SV_OK && sv_free_samples(&client) == 0);
}

static void a_cut_costs_what_was_not_answered(void) {
  begin_with(SV_DIALECT_DEVICE);
  open_client();
  push(3 * CHUNK + 1);
  poll_for(10);
  say(REPLY("", "false"));
  net.is_cut = true;
  CHECK(poll_for(10) == SV_STATE_WAITING);
  CHECK(seen.replies == 1 && seen.disconnected == 1 && seen.reason == SV_DISCONNECT_LOST);
  CHECK(seen.dropped[SV_DROPPED_UNANSWERED] == 2 * CHUNK);
  CHECK(seen.retry_ms >= 1000 && seen.retry_ms <= 2000);
  push(CHUNK);
  poll_for(seen.retry_ms - 50);
  CHECK(!net.is_open);
  poll_for(60);
  CHECK(net.is_open);
  grant();
  poll_for(10);
  CHECK(take_message() && first_sample() == 3 * CHUNK && seen.connected == 2);
}

static void an_end_outlives_a_cut(void) {
  begin_with(SV_DIALECT_DEVICE);
  open_client();
  sv_end(&client);
  poll_for(10);
  CHECK(take_message() && is_end());
  net.is_cut = true;
  poll_for(10);
  open_client();
  CHECK(take_message() && is_end());
  say(REPLY("", "true"));
  poll_for(10);
  CHECK(seen.finished == 1);
}

static void few_messages_are_on_their_way(void) {
  begin_with(SV_DIALECT_DEVICE);
  open_client();
  unsigned messages = 0;
  for (int round = 0; round < 60; round += 1) {
    push(CHUNK);
    poll_for(10);
    while (take_message()) messages += 1;
  }
  CHECK(messages == SV_MOST_UNANSWERED);
}

static void who_is_busy_is_left_alone(void) {
  begin_with(SV_DIALECT_DEVICE);
  open_client();
  push(CHUNK);
  poll_for(10);
  CHECK(take_message());
  say("{\"error\":\"too many\",\"code\":\"busy\",\"retry_after_ms\":1000}");
  poll_for(10);
  CHECK(seen.errors == 1 && strcmp(seen.code, "busy") == 0 && seen.asked_ms == 1000);
  push(CHUNK);
  poll_for(900);
  CHECK(!take_message());
  poll_for(150);
  CHECK(take_message());
  say("{}");
  poll_for(10);
  CHECK(seen.errors == 2 && strcmp(seen.code, "bad-message") == 0 && seen.disconnected == 0);
}

static void an_answer_that_never_comes_ends_the_connection(void) {
  begin_with(SV_DIALECT_DEVICE);
  open_client();
  push(CHUNK);
  // The server lives, but does not answer.
  for (int second = 0; second < 19; second += 1) {
    say_bytes("\x8a\0", 2);
    poll_for(1000);
  }
  CHECK(seen.disconnected == 0);
  say_bytes("\x8a\0", 2);
  poll_for(1500);
  CHECK(seen.disconnected == 1 && seen.reason == SV_DISCONNECT_SILENCE && seen.dropped[SV_DROPPED_UNANSWERED] == CHUNK);
}

int main(void) {
  sends_and_tells();
  a_server_that_never_ends_is_not_asked_for_ever();
  sound_without_a_server_is_bounded_and_counted();
  a_cut_costs_what_was_not_answered();
  an_end_outlives_a_cut();
  few_messages_are_on_their_way();
  who_is_busy_is_left_alone();
  an_answer_that_never_comes_ends_the_connection();
  DONE("device dialect");
  return 0;
}
