#ifndef SV_SHA1_H
#define SV_SHA1_H
#include <stddef.h>
#include <stdint.h>

/** SHA-1, which the WebSocket handshake asks for; it protects nothing here. */
void sv_sha1(const uint8_t *bytes, size_t count, uint8_t digest[20]);

#endif
