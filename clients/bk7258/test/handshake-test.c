#include "handshake.h"

#include <string.h>

#include "base64.h"
#include "check.h"
#include "sha1.h"

#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

static sv_response read_head(const char *head) {
  char copy[512];
  strcpy(copy, head);
  return sv_read_response(copy, ACCEPT);
}

static void hashes(void) {
  // FIPS 180-2, and lengths around the edge of a block.
  static const char *const WANTED[] = {"qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "hJg+RBw70m66rkqh+VEp5eVGcPE="};
  static const char *const TEXTS[] = {"abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"};
  for (int at = 0; at < 2; at += 1) {
    uint8_t digest[20];
    char text[29];
    sv_sha1((const uint8_t *)TEXTS[at], strlen(TEXTS[at]), digest);
    sv_base64(digest, 20, text);
    CHECK(strcmp(text, WANTED[at]) == 0);
  }
  char text[9];
  sv_base64((const uint8_t *)"ab", 2, text);
  CHECK(strcmp(text, "YWI=") == 0);
}

static void asks(void) {
  // The nonce of RFC 6455, 1.3.
  const sv_request request = {"host", 8790, "/ws", "00:11", "secret"};
  uint8_t out[1024];
  char accept[29];
  const size_t size = sv_write_request(out, sizeof out - 1, &request, (const uint8_t *)"the sample nonce", accept);
  CHECK(strcmp(accept, ACCEPT) == 0);
  out[size] = '\0';
  CHECK(strcmp((const char *)out,
               "GET /ws HTTP/1.1\r\nHost: host:8790\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nDevice-Id: 00:11\r\nAuthorization: Bearer secret\r\n\r\n") == 0);
  const sv_request six = {"::1", 1, "/ws", "a", ""};
  const size_t shorter = sv_write_request(out, sizeof out - 1, &six, (const uint8_t *)"the sample nonce", accept);
  out[shorter] = '\0';
  CHECK(strstr((const char *)out, "Host: [::1]:1\r\n") != NULL && strstr((const char *)out, "Authorization") == NULL);
  for (size_t capacity = 0; capacity < shorter; capacity += 1) {
    CHECK(sv_write_request(out, capacity, &six, (const uint8_t *)"the sample nonce", accept) == 0);
  }
}

#define GRANTED "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n"

static void understands(void) {
  CHECK(read_head(GRANTED "sec-websocket-accept:  " ACCEPT " ").upgraded);
  CHECK(!read_head(GRANTED "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=").upgraded);
  CHECK(!read_head(GRANTED "Sec-WebSocket-Accept: " ACCEPT "=").upgraded);
  CHECK(!read_head(GRANTED "x: y").upgraded);
  CHECK(!read_head(GRANTED "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Extensions: permessage-deflate").upgraded);
  CHECK(!read_head("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: " ACCEPT).upgraded);
  CHECK(!read_head("HTTP/1.1 200 OK\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: " ACCEPT).upgraded);
  const sv_response busy = read_head("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7");
  CHECK(busy.status == 503 && busy.retry_after_ms == 7000);
  CHECK(read_head("HTTP/1.1 429 x\r\nRetry-After: 99999999999").retry_after_ms == 3600000);
  CHECK(read_head("HTTP/1.1 429 x\r\nRetry-After: Wed, 21 Oct 2026 07:28:00 GMT").retry_after_ms == 0);
  CHECK(read_head("HTTP/1.1 401").status == 401);
  static const char *const NONE[] = {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 4", "HTTP/1.1 40x", "HTTP/1.1 4012", "SSH-2.0", "\r\n\r\n", ":"};
  for (size_t at = 0; at < sizeof NONE / sizeof *NONE; at += 1) CHECK(read_head(NONE[at]).status == 0);
}

static void survives_noise(void) {
  static const char HEAD[] = GRANTED "Sec-WebSocket-Accept: " ACCEPT "\r\nRetry-After: 5";
  unsigned refused = 0;
  for (int round = 0; round < 50000; round += 1) {
    char *const copy = malloc(sizeof HEAD);
    memcpy(copy, HEAD, sizeof HEAD);
    for (int change = 0; change < 3; change += 1) copy[chance(sizeof HEAD - 1)] = (char)chance(256);
    if (!sv_read_response(copy, ACCEPT).upgraded) refused += 1;
    free(copy);
  }
  CHECK(refused > 20000);
}

int main(void) {
  hashes();
  asks();
  understands();
  survives_noise();
  DONE("handshake");
  return 0;
}
