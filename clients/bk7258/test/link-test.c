#include "fake-caller.h"

static void attempts_are_one_to_five_seconds_apart(void) {
  begin_with(SV_DIALECT_DEVICE);
  net.connect = -1;
  uint32_t least = UINT32_MAX, most = 0;
  for (unsigned attempt = 1; attempt <= 200; attempt += 1) {
    poll_for(0);
    CHECK(net.attempts == attempt && seen.reason == SV_DISCONNECT_UNREACHABLE);
    const uint32_t limit = attempt == 1 ? 2000 : attempt == 2 ? 4000 : 5000;
    CHECK(seen.retry_ms >= 1000 && seen.retry_ms <= limit);
    CHECK(sv_poll(&client) == SV_STATE_WAITING && net.attempts == attempt);
    if (seen.retry_ms < least) least = seen.retry_ms;
    if (seen.retry_ms > most) most = seen.retry_ms;
    net.now_ms += seen.retry_ms - 1;
    CHECK(sv_poll(&client) == SV_STATE_WAITING && net.attempts == attempt);
    net.now_ms += 1;
  }
  CHECK(least < 1200 && most > 4800);
}

static void what_never_comes_about_is_given_up(void) {
  begin_with(SV_DIALECT_DEVICE);
  net.connect = 0;
  CHECK(poll_for(9900) == SV_STATE_CONNECTING);
  CHECK(poll_for(200) == SV_STATE_WAITING && seen.reason == SV_DISCONNECT_UNREACHABLE);
  net.connect = 1;
  while (!net.is_open) poll_for(10);
  CHECK(poll_for(9900) == SV_STATE_CONNECTING);
  CHECK(poll_for(200) == SV_STATE_WAITING && seen.disconnected == 2);
}

static void refuse(const char *head, sv_disconnect_reason reason, sv_state state) {
  begin_with(SV_DIALECT_DEVICE);
  poll_for(10);
  say_bytes(head, strlen(head));
  CHECK(poll_for(0) == state && seen.disconnected == 1 && seen.reason == reason && !net.is_open);
}

static void refusals_are_told(void) {
  refuse("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}", SV_DISCONNECT_REFUSED, SV_STATE_STOPPED);
  CHECK(seen.http_status == 401 && poll_for(60000) == SV_STATE_STOPPED && seen.disconnected == 1);
  CHECK(sv_restart(&client) == SV_OK);
  open_client();
  refuse("HTTP/1.1 503 x\r\nRetry-After: 7\r\n\r\n", SV_DISCONNECT_REFUSED, SV_STATE_WAITING);
  CHECK(seen.http_status == 503 && seen.retry_ms == 7000);
  refuse("HTTP/1.1 503 x\r\nRetry-After: 100000\r\n\r\n", SV_DISCONNECT_REFUSED, SV_STATE_WAITING);
  CHECK(seen.retry_ms == 60000);
  refuse("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
         SV_DISCONNECT_BAD_UPGRADE, SV_STATE_WAITING);
  refuse("SSH-2.0-x\r\n\r\n", SV_DISCONNECT_BAD_UPGRADE, SV_STATE_WAITING);
  static char endless[5000];
  memset(endless, 'x', sizeof endless - 1);
  refuse(endless, SV_DISCONNECT_BAD_UPGRADE, SV_STATE_WAITING);
}

static void close_with(const char *bytes, size_t count, sv_disconnect_reason reason, uint16_t answer, sv_state state) {
  begin_with(SV_DIALECT_DEVICE);
  open_client();
  say_bytes(bytes, count);
  CHECK(poll_for(0) == state && seen.disconnected == 1 && seen.reason == reason && !net.is_open);
  CHECK(take_message() && net.opcode == 8 && net.message_bytes == 2);
  CHECK(((uint8_t)net.message[0] << 8 | (uint8_t)net.message[1]) == answer);
}

static void every_end_is_told_and_answered(void) {
  close_with("\x88\x02\x03\xe9", 4, SV_DISCONNECT_CLOSED, 1001, SV_STATE_WAITING);
  CHECK(seen.close_code == 1001);
  close_with("\x88\x00", 2, SV_DISCONNECT_CLOSED, 1000, SV_STATE_WAITING);
  CHECK(seen.close_code == 1005);
  close_with("\x88\x02\x03\xf0", 4, SV_DISCONNECT_CLOSED, 1008, SV_STATE_STOPPED);
  close_with("\x88\x02\x0f\xa0", 4, SV_DISCONNECT_CLOSED, 4000, SV_STATE_STOPPED);
  close_with("\x83\x00", 2, SV_DISCONNECT_PROTOCOL, 1002, SV_STATE_WAITING);
  close_with("\x82\x00", 2, SV_DISCONNECT_PROTOCOL, 1003, SV_STATE_WAITING);
  close_with("\x81\x01\xff", 3, SV_DISCONNECT_PROTOCOL, 1007, SV_STATE_WAITING);
  close_with("\x81\x7e\x10\x01", 4, SV_DISCONNECT_TOO_BIG, 1009, SV_STATE_WAITING);
}

static void pings_go_both_ways(void) {
  begin_with(SV_DIALECT_DEVICE);
  open_client();
  say_bytes("\x89\x03" "abc" "\x89\x02" "de", 9);
  poll_for(0);
  CHECK(take_message() && net.opcode == 10 && strcmp(net.message, "de") == 0 && !take_message());
  poll_for(9900);
  CHECK(!take_message());
  poll_for(200);
  CHECK(take_message() && net.opcode == 9);
  say_bytes("\x8a\x00", 2);
  poll_for(9900);
  CHECK(!take_message());
  poll_for(200);
  CHECK(take_message() && net.opcode == 9);
  poll_for(9700);
  CHECK(seen.disconnected == 0);
  poll_for(400);
  CHECK(seen.disconnected == 1 && seen.reason == SV_DISCONNECT_SILENCE);
}

static void a_narrow_network_carries_the_same(void) {
  begin_with(SV_DIALECT_DEVICE);
  net.send_most = 7;
  net.recv_most = 3;
  poll_for(10);
  grant();
  CHECK(poll_for(50) == SV_STATE_OPEN);
  push(CHUNK);
  poll_for(10);
  CHECK(take_message() && strlen(net.message) == 10 + 4 * CHUNK + 22);
  say("{\"text\":\"a\"}");
  say("{\"text\":\"b\"}");
  poll_for(10);
  CHECK(seen.replies == 2 && strcmp(seen.text, "b") == 0);
}

/** Whatever a server sends, the client reads no byte too many, and comes back. */
static void noise_is_survived(sv_dialect dialect) {
  static const char TEXT[] =
      "{\"type\":\"event\",\"number\":0,\"nextSequence\":1,\"session\":\"00112233445566778899aabbccddeeff\",\"text\":\"a\",\"event\":{}}";
  unsigned ended = 0;
  begin_with(dialect);
  for (int round = 0; round < 5000; round += 1) {
    if (client.state == SV_STATE_STOPPED) sv_restart(&client);
    if (!net.is_open) open_client();
    uint8_t bytes[sizeof TEXT + 1] = {0x81, sizeof TEXT - 1};
    memcpy(bytes + 2, TEXT, sizeof TEXT - 1);
    static const char *const TYPES[] = {"event", "welco", "ack\",", "error", "finis"};
    if (chance(2) == 0) memcpy(bytes + 11, TYPES[chance(5)], 5);
    for (uint32_t change = 0; change < chance(5); change += 1) bytes[chance(sizeof bytes)] = (uint8_t)chance(256);
    say_bytes(bytes, sizeof bytes);
    if (chance(8) == 0) push(CHUNK);
    const unsigned before = seen.disconnected;
    poll_for(chance(3) * 10);
    ended += seen.disconnected - before;
  }
  CHECK(ended > 500);
  net_init();
  sv_restart(&client);
  open_client();
}

static void configs_are_checked(void) {
  begin_with(SV_DIALECT_DEVICE);
  const sv_config good = {fake_transport(), "h", 1, NULL, "a", NULL, 16000, NULL, SV_DIALECT_DEVICE, sound, SOUND_SAMPLES, on_event, NULL};
  sv_client other;
  CHECK(sv_init(&other, &good) == SV_OK && sv_init(NULL, &good) == SV_INVALID && sv_init(&other, NULL) == SV_INVALID);
  char long_id[66];
  memset(long_id, 'a', 65);
  long_id[65] = '\0';
  sv_config bad[14];
  for (size_t at = 0; at < 14; at += 1) bad[at] = good;
  bad[0].host = "";
  bad[1].host = "a b";
  bad[2].port = 0;
  bad[3].path = "ws";
  bad[4].device_id = "a/b";
  bad[5].device_id = long_id;
  bad[6].token = "a\r\nX: y";
  bad[7].sample_rate = 7999;
  bad[8].sample_rate = 48001;
  bad[9].language = "fr";
  bad[10].sound = NULL;
  bad[11].sound_samples = 3199;
  bad[12].on_event = NULL;
  bad[13].transport.recv = NULL;
  for (size_t at = 0; at < 14; at += 1) CHECK(sv_init(&other, &bad[at]) == SV_INVALID);
  CHECK(sv_push(&client, NULL, 1) == SV_INVALID && sv_push(NULL, sound, 1) == SV_INVALID && sv_end(NULL) == SV_INVALID);
  CHECK(strcmp(sv_emotion_name(SV_ANGRY), "angry") == 0 && strcmp(sv_emotion_name(SV_EMOTIONS), "") == 0);
}

int main(void) {
  attempts_are_one_to_five_seconds_apart();
  what_never_comes_about_is_given_up();
  refusals_are_told();
  every_end_is_told_and_answered();
  pings_go_both_ways();
  a_narrow_network_carries_the_same();
  noise_is_survived(SV_DIALECT_DEVICE);
  noise_is_survived(SV_DIALECT_STREAM);
  configs_are_checked();
  DONE("link");
  return 0;
}
