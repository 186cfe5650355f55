#ifndef SV_DEVICE_REPLY_H
#define SV_DEVICE_REPLY_H
#include "sensevoice_client.h"

/** A message of the server in the device dialect. */
typedef struct sv_device_message {
  /** NULL for an error. */
  const char *error;
  const char *code;
  uint32_t retry_after_ms;
  sv_reply reply;
} sv_device_message;

/**
 * Reads a message; its strings lie in `text`, which is used up. Unknown fields are skipped, known ones may come in any
 * order.
 *
 * Returns false when it is neither a reply nor an error.
 */
bool sv_read_device_message(char *text, size_t count, sv_device_message *message);

#endif
