#include "handshake.h"

#include <string.h>

#include "base64.h"
#include "sha1.h"
#include "writer.h"

#define MOST_RETRY_SECONDS 3600

static void accept_of(const char *key, char *accept) {
  static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  uint8_t joined[24 + sizeof GUID - 1];
  uint8_t digest[20];
  memcpy(joined, key, 24);
  memcpy(joined + 24, GUID, sizeof GUID - 1);
  sv_sha1(joined, sizeof joined, digest);
  sv_base64(digest, sizeof digest, accept);
}

size_t sv_write_request(uint8_t *out, size_t capacity, const sv_request *request, const uint8_t nonce[16], char *accept) {
  char key[25];
  sv_base64(nonce, 16, key);
  accept_of(key, accept);
  sv_writer writer = {out, out + capacity, false};
  sv_put_text(&writer, "GET ");
  sv_put_text(&writer, request->path);
  sv_put_text(&writer, " HTTP/1.1\r\nHost: ");
  const bool brackets = strchr(request->host, ':') != NULL;
  if (brackets) sv_put_text(&writer, "[");
  sv_put_text(&writer, request->host);
  sv_put_text(&writer, brackets ? "]:" : ":");
  sv_put_u32(&writer, request->port);
  sv_put_text(&writer, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  sv_put_text(&writer, key);
  sv_put_text(&writer, "\r\nDevice-Id: ");
  sv_put_text(&writer, request->device_id);
  if (request->token[0] != '\0') {
    sv_put_text(&writer, "\r\nAuthorization: Bearer ");
    sv_put_text(&writer, request->token);
  }
  sv_put_text(&writer, "\r\n\r\n");
  return writer.full ? 0 : (size_t)(writer.at - out);
}

static char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter; }

/** `word` is in small letters. */
static bool is_word(const char *text, const char *word) {
  for (; *word != '\0' && lower(*text) == *word; text += 1) word += 1;
  return *word == '\0' && *text == '\0';
}

/** Whether one part of a list with commas is `word`. */
static bool lists(char *list, const char *word) {
  while (list != NULL) {
    char *const comma = strchr(list, ',');
    if (comma != NULL) *comma = '\0';
    while (*list == ' ') list += 1;
    if (is_word(list, word)) return true;
    list = comma == NULL ? NULL : comma + 1;
  }
  return false;
}

static uint16_t status_of(const char *line) {
  if (strncmp(line, "HTTP/1.1 ", 9) != 0 && strncmp(line, "HTTP/1.0 ", 9) != 0) return 0;
  uint16_t status = 0;
  for (int at = 9; at < 12; at += 1) {
    if (line[at] < '0' || line[at] > '9') return 0;
    status = (uint16_t)(status * 10 + (line[at] - '0'));
  }
  return line[12] == ' ' || line[12] == '\0' ? status : 0;
}

static uint32_t seconds_of(const char *text) {
  uint32_t seconds = 0;
  for (; *text >= '0' && *text <= '9' && seconds < MOST_RETRY_SECONDS; text += 1) {
    seconds = seconds * 10 + (uint32_t)(*text - '0');
  }
  if (*text != '\0' && (*text < '0' || *text > '9')) return 0;
  return seconds < MOST_RETRY_SECONDS ? seconds : MOST_RETRY_SECONDS;
}

/** Ends the line at `line` with a zero; the next one, NULL after the last. */
static char *end_line(char *line) {
  char *const end = strstr(line, "\r\n");
  if (end == NULL) return NULL;
  *end = '\0';
  return end + 2;
}

/** What stands behind the name of a header and its spaces, and nothing behind that; NULL when it is no header. */
static char *value_of(char *line) {
  char *const colon = strchr(line, ':');
  if (colon == NULL) return NULL;
  *colon = '\0';
  char *value = colon + 1;
  while (*value == ' ' || *value == '\t') value += 1;
  size_t size = strlen(value);
  while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t')) size -= 1;
  value[size] = '\0';
  return value;
}

sv_response sv_read_response(char *head, const char *accept) {
  sv_response response = {0, false, 0};
  char *line = head;
  char *next = end_line(line);
  response.status = status_of(line);
  if (response.status == 0) return response;
  bool upgrade = false, connection = false, accepted = false, extended = false;
  while ((line = next) != NULL) {
    next = end_line(line);
    char *const value = value_of(line);
    if (value == NULL) continue;
    if (is_word(line, "upgrade")) upgrade = is_word(value, "websocket");
    else if (is_word(line, "connection")) connection = lists(value, "upgrade");
    else if (is_word(line, "sec-websocket-accept")) accepted = strcmp(value, accept) == 0;
    else if (is_word(line, "sec-websocket-extensions")) extended = true;
    else if (is_word(line, "sec-websocket-protocol")) extended = true;
    else if (is_word(line, "retry-after")) response.retry_after_ms = 1000 * seconds_of(value);
  }
  response.upgraded = response.status == 101 && upgrade && connection && accepted && !extended;
  return response;
}
