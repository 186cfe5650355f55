#ifndef SV_DEVICE_H
#define SV_DEVICE_H
#include "sensevoice_client.h"

/** The device dialect: one JSON message for each 50 ms, one reply for each message. */

/** Writes the next message; 0: there is none to send now. */
size_t sv_device_write(sv_client *client, uint8_t *out, size_t capacity);
/** Takes a message of the server. */
void sv_device_hear(sv_client *client, char *text, size_t count);
/** The connection is lost, with what was not answered. */
void sv_device_cut(sv_client *client);
bool sv_device_awaits(const sv_client *client);

#endif
