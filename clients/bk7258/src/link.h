#ifndef SV_LINK_H
#define SV_LINK_H
#include "handshake.h"
#include "sensevoice_client.h"

typedef enum sv_link_event {
  /** Nothing more for now. */
  SV_LINK_NOTHING,
  /** The upgrade is granted. */
  SV_LINK_OPENED,
  /** A text is in `message`, `frames.message_bytes` of it, until the next call. */
  SV_LINK_TEXT,
  /** The connection is over: `reason` and what belongs to it say why. Told once. */
  SV_LINK_ENDED
} sv_link_event;

/** Begins a connection. */
void sv_link_begin(sv_link *link, uint32_t now_ms);

/** To be called once per poll: it may read 8 KiB, so that no flood keeps it busy. */
void sv_link_allow(sv_link *link);

/** Goes on with everything that can go on at once; to be called until it returns SV_LINK_NOTHING. */
sv_link_event sv_link_next(sv_link *link, const sv_transport *transport, const sv_request *request, uint32_t now_ms);

/** Where the payload of the next message goes, SV_MESSAGE_BYTES of it; NULL while the last one is on its way. */
uint8_t *sv_link_room(sv_link *link, const sv_transport *transport);

/** Sends what was written to `sv_link_room`. */
void sv_link_send(sv_link *link, const sv_transport *transport, uint8_t opcode, size_t count);

/** Says goodbye with `code` where that goes at once, and ends the connection. */
void sv_link_leave(sv_link *link, const sv_transport *transport, uint16_t code);

#endif
