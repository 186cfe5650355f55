#include "fake-caller.h"

#define SESSION "00112233445566778899aabbccddeeff"
#define OTHER "ffeeddccbbaa99887766554433221100"

static void say_welcome(const char *session, bool resumed, unsigned next) {
  char text[256];
  snprintf(text, sizeof text, "{\"type\":\"welcome\",\"version\":1,\"session\":\"%s\",\"resumed\":%s,\"nextSequence\":%u,\"resumeMs\":30000}",
           session, resumed ? "true" : "false", next);
  say(text);
}

static void welcome(const char *session, bool resumed, unsigned next) {
  say_welcome(session, resumed, next);
  poll_for(10);
}

static void ack(unsigned next) {
  char text[64];
  snprintf(text, sizeof text, "{\"type\":\"ack\",\"nextSequence\":%u}", next);
  say(text);
  poll_for(10);
}

/** An open session. */
static void greet(void) {
  begin_with(SV_DIALECT_STREAM);
  open_client();
  CHECK(seen.connected == 0);
  CHECK(take_message() && net.opcode == 1 && strstr(net.message, "\"type\":\"hello\"") != NULL);
  CHECK(strstr(net.message, "\"maxMessageBytes\":4096") != NULL && strstr(net.message, "resume") == NULL);
  welcome(SESSION, false, 0);
  CHECK(seen.connected == 1 && seen.resumed == 0);
}

/** The next message is frame `sequence`, it begins with sample `first` and holds `count`. */
static void frame_is(unsigned sequence, int first, size_t count) {
  CHECK(take_message() && net.opcode == 2 && net.message_bytes == 8 + 2 * count);
  const uint8_t *const at = (const uint8_t *)net.message;
  CHECK(at[0] == 1 && at[1] == 0 && at[2] == 0 && at[3] == 0);
  CHECK((at[4] | (unsigned)at[5] << 8 | (unsigned)at[6] << 16 | (unsigned)at[7] << 24) == sequence);
  CHECK((at[8] | at[9] << 8) == first);
}

static void again(void) {
  net.is_cut = true;
  poll_for(10);
  CHECK(seen.disconnected > 0);
  open_client();
  CHECK(take_message() && strstr(net.message, "\"type\":\"hello\"") != NULL);
}

static void sends_acknowledges_and_finishes(void) {
  greet();
  push(3 * CHUNK + 100);
  poll_for(10);
  for (int at = 0; at < 3; at += 1) frame_is((unsigned)at, at * CHUNK, CHUNK);
  CHECK(!take_message() && sv_free_samples(&client) == SOUND_SAMPLES - 3 * CHUNK - 100);
  ack(2);
  CHECK(sv_free_samples(&client) == SOUND_SAMPLES - CHUNK - 100);
  say("{\"type\":\"event\",\"number\":0,\"event\":{\"type\":\"speech-start\",\"startSamples\":0}}");
  say("{\"type\":\"event\",\"number\":1,\"event\":{\"type\":\"partial\",\"partial\":{\"text\":\"3\",\"language\":\"en\"}}}");
  say("{\"type\":\"event\",\"number\":1,\"event\":{\"type\":\"partial\",\"partial\":{\"text\":\"twice\",\"language\":\"en\"}}}");
  poll_for(10);
  CHECK(seen.replies == 1 && seen.finals == 0 && strcmp(seen.text, "3") == 0);
  CHECK(take_message() && strcmp(net.message, "{\"type\":\"ack\",\"nextEvent\":2}") == 0);
  sv_end(&client);
  poll_for(10);
  frame_is(3, 3 * CHUNK, 100);
  CHECK(take_message() && strcmp(net.message, "{\"type\":\"finish\"}") == 0);
  ack(4);
  say("{\"type\":\"event\",\"number\":2,\"event\":{\"type\":\"result\",\"result\":{\"text\":\"3 1\",\"language\":\"en\"}}}");
  say("{\"type\":\"finished\",\"number\":3,\"samples\":2500}");
  CHECK(poll_for(10) == SV_STATE_IDLE && seen.finals == 1 && seen.finished == 1 && seen.disconnected == 0);
  CHECK(take_message() && strcmp(net.message, "{\"type\":\"bye\"}") == 0 && take_message() && net.opcode == 8);
  // The next sound begins a session of its own, at once.
  CHECK(poll_for(5000) == SV_STATE_IDLE && !net.is_open);
  push(CHUNK);
  open_client();
  CHECK(take_message() && strstr(net.message, "resume") == NULL);
  CHECK(seen.dropped[SV_DROPPED_OVERRUN] == 0 && seen.dropped[SV_DROPPED_UNANSWERED] == 0);
}

static void a_cut_costs_nothing(void) {
  greet();
  push(4 * CHUNK);
  poll_for(10);
  ack(1);
  say("{\"type\":\"event\",\"number\":0,\"event\":{\"type\":\"speech-start\",\"startSamples\":0}}");
  poll_for(10);
  again();
  CHECK(strstr(net.message, "\"resume\":{\"session\":\"" SESSION "\",\"nextEvent\":1}") != NULL);
  push(CHUNK);
  welcome(SESSION, true, 2);
  CHECK(seen.resumed == 1);
  for (int at = 2; at < 5; at += 1) frame_is((unsigned)at, at * CHUNK, CHUNK);
  CHECK(!take_message());
  // A gap is filled from where the server says.
  say("{\"type\":\"error\",\"error\":{\"code\":\"invalid-argument\",\"message\":\"frame 3 is missing\"},\"nextSequence\":3}");
  poll_for(10);
  frame_is(3, 3 * CHUNK, CHUNK);
  frame_is(4, 4 * CHUNK, CHUNK);
  for (int reason = 0; reason < SV_DROP_REASONS; reason += 1) CHECK(seen.dropped[reason] == 0);
  CHECK(seen.errors == 0);
}

static void an_end_before_a_cut_is_asked_for_again(void) {
  greet();
  push(CHUNK);
  sv_end(&client);
  poll_for(10);
  frame_is(0, 0, CHUNK);
  CHECK(take_message() && strstr(net.message, "finish") != NULL);
  again();
  // The answer may have been on its way, and come before the question.
  say_welcome(SESSION, true, 1);
  say("{\"type\":\"finished\",\"number\":0,\"samples\":800}");
  poll_for(10);
  CHECK(seen.finished == 1 && seen.dropped[SV_DROPPED_UNANSWERED] == 0 && client.state == SV_STATE_IDLE);
}

static void a_lost_session_is_told(void) {
  greet();
  push(5 * CHUNK);
  poll_for(10);
  say("{\"type\":\"event\",\"number\":0,\"event\":{\"type\":\"speech-start\",\"startSamples\":300}}");
  ack(3);
  again();
  welcome(OTHER, false, 0);
  CHECK(seen.connected == 2 && seen.resumed == 0 && seen.dropped[SV_DROPPED_SESSION] == 3 * CHUNK - 300);
  // What the lost one had not taken goes into the new one.
  frame_is(0, 3 * CHUNK, CHUNK);
  frame_is(1, 4 * CHUNK, CHUNK);
  CHECK(!take_message());
}

static void a_lost_session_costs_what_had_no_result(void) {
  greet();
  push(5 * CHUNK);
  poll_for(10);
  say("{\"type\":\"event\",\"number\":0,\"event\":{\"type\":\"speech-start\",\"startSamples\":100}}");
  say("{\"type\":\"event\",\"number\":1,\"event\":{\"type\":\"speech-start\",\"startSamples\":900}}");
  say("{\"type\":\"event\",\"number\":2,\"event\":{\"type\":\"result\",\"result\":{\"text\":\"3\"}}}");
  ack(5);
  again();
  welcome(OTHER, false, 0);
  CHECK(seen.dropped[SV_DROPPED_SESSION] == 5 * CHUNK - 900);
  say("{\"type\":\"event\",\"number\":0,\"event\":{\"type\":\"speech-start\",\"startSamples\":0}}");
  say("{\"type\":\"event\",\"number\":1,\"event\":{\"type\":\"discarded\"}}");
  push(CHUNK);
  poll_for(10);
  ack(1);
  again();
  welcome(SESSION, false, 0);
  CHECK(seen.dropped[SV_DROPPED_SESSION] == 5 * CHUNK - 900 && seen.connected == 3);
}

/** Events of a session that is lost behind them; 4000 samples were taken. Returns what the loss costs. */
static uint64_t lost_behind(const char *const *events, unsigned count) {
  greet();
  push(5 * CHUNK);
  poll_for(10);
  for (unsigned number = 0; number < count; number += 1) {
    char text[256];
    snprintf(text, sizeof text, "{\"type\":\"event\",\"number\":%u,\"event\":{%s}}", number, events[number]);
    say(text);
    poll_for(10);
  }
  ack(5);
  again();
  welcome(OTHER, false, 0);
  return seen.dropped[SV_DROPPED_SESSION];
}

#define START(at) "\"type\":\"speech-start\",\"startSamples\":" #at
#define OVERRUN(count) "\"type\":\"overrun\",\"where\":\"recognizer\",\"samples\":" #count ",\"totalSamples\":" #count

static void speech_that_the_server_gave_up_is_not_lost_again(void) {
  const char *const alone[] = {START(100), OVERRUN(500)};
  CHECK(lost_behind(alone, 2) == 0 && seen.dropped[SV_DROPPED_SERVER] == 500);
  // Those behind it still wait: the oldest of them began at 900.
  const char *const first[] = {START(100), START(900), START(1700), OVERRUN(500)};
  CHECK(lost_behind(first, 4) == 5 * CHUNK - 900 && seen.dropped[SV_DROPPED_SERVER] == 500);
  const char *const none[] = {START(100), START(900), "\"type\":\"discarded\""};
  CHECK(lost_behind(none, 3) == 5 * CHUNK - 100);
  // More at once than there is place for: the oldest counts, and when all with a place are answered, the newest.
  const char *many[2 * SV_MOST_STARTS + 1];
  for (unsigned at = 0; at < SV_MOST_STARTS; at += 1) many[at] = START(300);
  many[SV_MOST_STARTS] = START(700);
  for (unsigned at = SV_MOST_STARTS + 1; at < 2 * SV_MOST_STARTS + 1; at += 1) many[at] = OVERRUN(10);
  CHECK(lost_behind(many, 2 * SV_MOST_STARTS) == 5 * CHUNK - 300);
  CHECK(lost_behind(many, 2 * SV_MOST_STARTS + 1) == 5 * CHUNK - 700);
}

static void sound_that_grew_too_old_is_told_once(void) {
  greet();
  push(4 * CHUNK);
  poll_for(10);
  while (take_message()) continue;
  net.is_cut = true;
  poll_for(10);
  // 8000 samples fit: four chunks sent, six new, then three of the sent ones make room.
  push(9 * CHUNK);
  poll_for(10);
  CHECK(seen.dropped[SV_DROPPED_OVERRUN] == 0);
  open_client();
  CHECK(take_message());
  welcome(SESSION, true, 1);
  CHECK(seen.dropped[SV_DROPPED_OVERRUN] == 2 * CHUNK);
  frame_is(1, 3 * CHUNK, CHUNK);
  frame_is(2, 4 * CHUNK, CHUNK);
  ack(2);
  while (take_message()) continue;
  push(2 * CHUNK);
  CHECK(seen.dropped[SV_DROPPED_OVERRUN] == 2 * CHUNK && seen.disconnected == 1);
}

static void what_was_never_sent_is_dropped_and_renumbered(void) {
  begin_with(SV_DIALECT_STREAM);
  net.connect = -1;
  push(12 * CHUNK);
  poll_for(10);
  CHECK(seen.dropped[SV_DROPPED_OVERRUN] == 2 * CHUNK);
  net.connect = 1;
  open_client();
  CHECK(take_message());
  welcome(SESSION, false, 0);
  frame_is(0, 2 * CHUNK, CHUNK);
}

static void broken(const char *text) {
  greet();
  push(2 * CHUNK);
  poll_for(10);
  ack(1);
  say(text);
  poll_for(10);
  CHECK(seen.disconnected == 1 && seen.reason == SV_DISCONNECT_PROTOCOL && sv_free_samples(&client) == SOUND_SAMPLES - CHUNK);
}

static void a_server_against_the_rules_is_left(void) {
  broken("{\"type\":\"ack\",\"nextSequence\":3}");
  broken("{\"type\":\"ack\"}");
  broken("{\"type\":\"error\",\"error\":{},\"nextSequence\":0}");
  broken("{\"type\":\"finished\",\"number\":0,\"samples\":1}");
  broken("{\"type\":\"welcome\",\"session\":\"" SESSION "\",\"resumed\":true,\"nextSequence\":1}");
  begin_with(SV_DIALECT_STREAM);
  open_client();
  welcome("\\\"}", false, 0);
  CHECK(seen.disconnected == 1 && seen.connected == 0);
  begin_with(SV_DIALECT_STREAM);
  open_client();
  welcome(SESSION, true, 0);
  CHECK(seen.disconnected == 1 && seen.connected == 0);
  begin_with(SV_DIALECT_STREAM);
  open_client();
  poll_for(20100);
  CHECK(seen.disconnected == 1 && seen.reason == SV_DISCONNECT_SILENCE);
}

static void a_server_that_has_what_was_never_sent_gets_a_new_session(void) {
  greet();
  push(2 * CHUNK);
  poll_for(10);
  again();
  CHECK(strstr(net.message, "resume") != NULL);
  welcome(SESSION, true, 3);
  CHECK(seen.disconnected == 2 && seen.reason == SV_DISCONNECT_PROTOCOL && seen.connected == 1);
  open_client();
  CHECK(take_message() && strstr(net.message, "resume") == NULL);
  welcome(OTHER, false, 0);
  frame_is(0, 0, CHUNK);
  frame_is(1, CHUNK, CHUNK);
}

static void faults_of_the_server_are_told(void) {
  greet();
  say("{\"type\":\"event\",\"number\":0,\"event\":{\"type\":\"overrun\",\"where\":\"recognizer\",\"samples\":480,\"totalSamples\":480}}");
  say("{\"type\":\"event\",\"number\":1,\"event\":{\"type\":\"error\",\"error\":{\"code\":\"busy\",\"message\":\"too many\"}}}");
  poll_for(10);
  CHECK(seen.dropped[SV_DROPPED_SERVER] == 480 && seen.errors == 1 && strcmp(seen.code, "busy") == 0);
  say("{\"type\":\"event\",\"number\":5,\"event\":{\"type\":\"result\",\"result\":{\"text\":\"x\"}}}");
  poll_for(10);
  CHECK(seen.errors == 2 && strcmp(seen.code, "missed-events") == 0 && seen.finals == 1 && seen.disconnected == 0);
}

static void who_is_busy_is_left_alone(void) {
  greet();
  say("{\"type\":\"event\",\"number\":0,\"event\":{\"type\":\"speech-start\",\"startSamples\":0}}");
  poll_for(10);
  CHECK(take_message() && strstr(net.message, "\"nextEvent\":1") != NULL);
  say("{\"type\":\"event\",\"number\":1,\"event\":{\"type\":\"error\",\"error\":{\"code\":\"busy\",\"message\":\"too many\"}},\"retryAfterMs\":1000}");
  poll_for(10);
  CHECK(seen.errors == 1 && strcmp(seen.code, "busy") == 0 && seen.asked_ms == 1000);
  push(CHUNK);
  poll_for(900);
  CHECK(!take_message());
  poll_for(150);
  CHECK(take_message() && strcmp(net.message, "{\"type\":\"ack\",\"nextEvent\":2}") == 0);
  frame_is(0, 0, CHUNK);
  // Speech that was given up has no error of its own, and the same reason.
  say("{\"type\":\"event\",\"number\":2,\"event\":{\"type\":\"overrun\",\"where\":\"recognizer\",\"samples\":480,\"totalSamples\":480},\"retryAfterMs\":1000}");
  poll_for(900);
  CHECK(seen.dropped[SV_DROPPED_SERVER] == 480 && !take_message());
  poll_for(150);
  CHECK(take_message() && seen.errors == 1 && seen.disconnected == 0);
}

int main(void) {
  sends_acknowledges_and_finishes();
  a_cut_costs_nothing();
  an_end_before_a_cut_is_asked_for_again();
  a_lost_session_is_told();
  a_lost_session_costs_what_had_no_result();
  speech_that_the_server_gave_up_is_not_lost_again();
  sound_that_grew_too_old_is_told_once();
  what_was_never_sent_is_dropped_and_renumbered();
  a_server_against_the_rules_is_left();
  a_server_that_has_what_was_never_sent_gets_a_new_session();
  faults_of_the_server_are_told();
  who_is_busy_is_left_alone();
  DONE("stream dialect");
  return 0;
}
