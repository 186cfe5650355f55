/* What the dialects share: they know the wire, the client knows connections. */
#ifndef SV_CLIENT_H
#define SV_CLIENT_H
#include "sensevoice_client.h"

/** A whole frame of the stream dialect is one chunk: 50 ms, or what fits into a message as hexadecimal digits. */
#define SV_MOST_CHUNK_SAMPLES 960

void sv_tell(sv_client *client, const sv_event *event);
void sv_tell_error(sv_client *client, const char *code, const char *message, uint32_t retry_after_ms);
/** Counts sound as lost; it is told at the end of the poll. */
void sv_lose(sv_client *client, sv_drop_reason reason, uint32_t samples);
/** Nothing is sent for so long. */
void sv_hold(sv_client *client, uint32_t for_ms);
/** Everything before the end is answered. */
void sv_finished(sv_client *client);

#endif
