#ifndef SV_HANDSHAKE_H
#define SV_HANDSHAKE_H
#include "sensevoice_client.h"

typedef struct sv_request {
  const char *host;
  uint16_t port;
  const char *path;
  const char *device_id;
  /** Empty: none. */
  const char *token;
} sv_request;

/** What a server answered to the upgrade. */
typedef struct sv_response {
  /** 0: it is no answer of HTTP. */
  uint16_t status;
  /** The upgrade is granted, for the key that was asked with, without extensions. */
  bool upgraded;
  /** From Retry-After, one hour at most; 0: absent. */
  uint32_t retry_after_ms;
} sv_response;

/**
 * Writes the upgrade's request. `nonce` is unpredictable; `accept` (29 bytes) is what the server has to answer.
 *
 * Returns its size, 0 when it does not fit.
 */
size_t sv_write_request(uint8_t *out, size_t capacity, const sv_request *request, const uint8_t nonce[16], char *accept);

/** Reads the head of a response: `head` is ended by a zero in place of its empty line, and is used up. */
sv_response sv_read_response(char *head, const char *accept);

#endif
