#ifndef SV_STREAM_H
#define SV_STREAM_H
#include "sensevoice_client.h"

/** The stream dialect: numbered frames that are kept until the server has them, in a session that outlives connections. */

/** Writes the next message and says of which opcode it is; 0: there is none to send now. */
size_t sv_stream_write(sv_client *client, uint8_t *out, size_t capacity, uint8_t *opcode);
/** Takes a message of the server. False: it broke the rules, and the connection has to end. */
bool sv_stream_hear(sv_client *client, char *text, size_t count);
/** The connection is lost; the session may not be. */
void sv_stream_cut(sv_client *client);
/** There is no session any more. */
void sv_stream_forget(sv_client *client);
/** Makes room in the ring by its oldest chunk, and counts it as lost unless the server may have it. */
void sv_stream_make_room(sv_client *client);
bool sv_stream_awaits(const sv_client *client);

#endif
