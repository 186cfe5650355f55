/* A network, a clock and the server's end of a connection, all in the test's own hands. */
#ifndef SV_FAKE_NETWORK_H
#define SV_FAKE_NETWORK_H
#include <string.h>

#include "base64.h"
#include "check.h"
#include "sensevoice_client.h"
#include "sha1.h"

typedef struct fake_network {
  uint32_t now_ms;
  /** -1 fails, 0 never comes about, 1 at once. */
  int connect;
  unsigned attempts;
  bool is_open;
  /** The next `recv` finds the connection broken. */
  bool is_cut;
  /** Bytes that one call takes. */
  size_t send_most, recv_most;
  uint8_t to_client[1 << 16];
  size_t to_client_at, to_client_end;
  uint8_t to_server[1 << 20];
  size_t to_server_at, to_server_end;
  /** The message that `take_message` read. */
  uint8_t opcode;
  char message[8192];
  size_t message_bytes;
} fake_network;

static fake_network net;

static int fake_connect(void *context, const char *host, uint16_t port) {
  (void)context, (void)host, (void)port;
  if (net.connect == 1) net.is_open = true, net.is_cut = false;
  if (!net.is_open) net.attempts += 1;
  net.to_client_at = net.to_client_end = net.to_server_at = net.to_server_end = 0;
  return net.connect;
}

static int fake_send(void *context, const uint8_t *bytes, size_t count) {
  (void)context;
  if (net.is_cut) return -1;
  if (count > net.send_most) count = net.send_most;
  CHECK(net.to_server_end + count <= sizeof net.to_server);
  memcpy(net.to_server + net.to_server_end, bytes, count);
  net.to_server_end += count;
  return (int)count;
}

static int fake_recv(void *context, uint8_t *bytes, size_t capacity) {
  (void)context;
  size_t count = net.to_client_end - net.to_client_at;
  if (count == 0) return net.is_cut ? -1 : 0;
  if (count > net.recv_most) count = net.recv_most;
  if (count > capacity) count = capacity;
  memcpy(bytes, net.to_client + net.to_client_at, count);
  net.to_client_at += count;
  return (int)count;
}

static void fake_close(void *context) {
  (void)context;
  net.is_open = false;
}

static uint32_t fake_now(void *context) {
  (void)context;
  return net.now_ms;
}

static void fake_random(void *context, uint8_t *bytes, size_t count) {
  (void)context;
  for (size_t at = 0; at < count; at += 1) bytes[at] = (uint8_t)chance(256);
}

static void net_init(void) {
  memset(&net, 0, sizeof net);
  // So that the clock wraps in the middle of things.
  net.now_ms = UINT32_MAX - 3000;
  net.connect = 1;
  net.send_most = net.recv_most = 4096;
}

static sv_transport fake_transport(void) {
  const sv_transport transport = {&net, fake_connect, fake_send, fake_recv, fake_close, fake_now, fake_random};
  return transport;
}

static void say_bytes(const void *bytes, size_t count) {
  if (net.to_client_at == net.to_client_end) net.to_client_at = net.to_client_end = 0;
  CHECK(net.to_client_end + count <= sizeof net.to_client);
  memcpy(net.to_client + net.to_client_end, bytes, count);
  net.to_client_end += count;
}

static void say(const char *text) {
  const size_t count = strlen(text);
  const uint8_t header[4] = {0x81, (uint8_t)(count < 126 ? count : 126), (uint8_t)(count >> 8), (uint8_t)count};
  say_bytes(header, count < 126 ? 2 : 4);
  say_bytes(text, count);
}

/** Answers the upgrade as RFC 6455 says. */
static void grant(void) {
  static const char NAME[] = "Sec-WebSocket-Key: ";
  net.to_server[net.to_server_end] = '\0';
  const char *const key = strstr((char *)net.to_server, NAME);
  CHECK(key != NULL && strstr(key, "\r\n\r\n") != NULL);
  char joined[61], accept[29];
  uint8_t digest[20];
  memcpy(joined, key + sizeof NAME - 1, 24);
  memcpy(joined + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 37);
  sv_sha1((const uint8_t *)joined, 60, digest);
  sv_base64(digest, sizeof digest, accept);
  say_bytes("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ", 79);
  say_bytes(accept, 28);
  say_bytes("\r\n\r\n", 4);
  net.to_server_at = net.to_server_end;
}

/** The next frame of the client, unmasked into `message`; false: there is none that is whole. */
static bool take_message(void) {
  const uint8_t *const from = net.to_server + net.to_server_at;
  const size_t there = net.to_server_end - net.to_server_at;
  if (there < 2) return false;
  CHECK((from[0] & 0xf0) == 0x80 && (from[1] & 0x80) != 0);
  const bool is_short = (from[1] & 0x7f) < 126;
  const size_t header = is_short ? 6 : 8;
  if (there < header) return false;
  const size_t count = is_short ? from[1] & 0x7fu : (size_t)from[2] << 8 | from[3];
  if (there < header + count) return false;
  CHECK(count < sizeof net.message);
  for (size_t at = 0; at < count; at += 1) net.message[at] = (char)(from[header + at] ^ from[header - 4 + at % 4]);
  net.message[count] = '\0';
  net.message_bytes = count;
  net.opcode = from[0] & 0x0f;
  net.to_server_at += header + count;
  return true;
}

#endif
