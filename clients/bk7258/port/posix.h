/* `sv_transport` over the sockets of POSIX, without TLS. */
#ifndef SV_POSIX_H
#define SV_POSIX_H
#include "sensevoice_client.h"

struct addrinfo;

typedef struct sv_posix {
  int socket;
  int random;
  struct addrinfo *addresses;
  struct addrinfo *next;
} sv_posix;

/** Returns false when the system has no source of random bytes. */
bool sv_posix_init(sv_posix *port);
/** Of this port, which has to live as long as the client. The look-up of a host's name blocks. */
sv_transport sv_posix_transport(sv_posix *port);
/** Sleeps until something can be read, `ms` at most. */
void sv_posix_wait(const sv_posix *port, int ms);
void sv_posix_free(sv_posix *port);

#endif
