#define _POSIX_C_SOURCE 200809L
#include "posix.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "writer.h"

static void forget_addresses(sv_posix *port) {
  if (port->addresses != NULL) freeaddrinfo(port->addresses);
  port->addresses = port->next = NULL;
}

static void close_socket(void *context) {
  sv_posix *const port = context;
  if (port->socket >= 0) close(port->socket);
  port->socket = -1;
  forget_addresses(port);
}

static bool look_up(sv_posix *port, const char *host, uint16_t number) {
  char service[6] = {0};
  sv_writer writer = {(uint8_t *)service, (uint8_t *)service + sizeof service - 1, false};
  sv_put_u32(&writer, number);
  struct addrinfo hints;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, service, &hints, &port->addresses) != 0) port->addresses = NULL;
  port->next = port->addresses;
  return port->addresses != NULL;
}

/** Begins with the next address that takes a socket at all. */
static bool begin_next(sv_posix *port) {
  for (; port->next != NULL; port->next = port->next->ai_next) {
    const struct addrinfo *const address = port->next;
    port->socket = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (port->socket < 0) continue;
    fcntl(port->socket, F_SETFL, fcntl(port->socket, F_GETFL) | O_NONBLOCK);
    if (connect(port->socket, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS) return true;
    close(port->socket);
    port->socket = -1;
  }
  return false;
}

static int connect_socket(void *context, const char *host, uint16_t number) {
  sv_posix *const port = context;
  if (port->addresses == NULL && !look_up(port, host, number)) return -1;
  if (port->socket < 0 && !begin_next(port)) return -1;
  struct pollfd wait = {port->socket, POLLOUT, 0};
  if (poll(&wait, 1, 0) <= 0) return 0;
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(port->socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0) {
    const int on = 1;
    setsockopt(port->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    forget_addresses(port);
    return 1;
  }
  close(port->socket);
  port->socket = -1;
  port->next = port->next->ai_next;
  return begin_next(port) ? 0 : -1;
}

static bool comes_later(void) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

static int send_bytes(void *context, const uint8_t *bytes, size_t count) {
  const ssize_t taken = send(((sv_posix *)context)->socket, bytes, count, MSG_NOSIGNAL);
  return taken >= 0 ? (int)taken : comes_later() ? 0 : -1;
}

static int recv_bytes(void *context, uint8_t *bytes, size_t capacity) {
  const ssize_t there = recv(((sv_posix *)context)->socket, bytes, capacity, 0);
  if (there > 0) return (int)there;
  return there < 0 && comes_later() ? 0 : -1;
}

static uint32_t now_ms(void *context) {
  (void)context;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

static void random_bytes(void *context, uint8_t *bytes, size_t count) {
  const sv_posix *const port = context;
  while (count > 0) {
    const ssize_t there = read(port->random, bytes, count);
    // A mask that can be foretold is no mask: there is no going on without.
    if (there <= 0) abort();
    bytes += there;
    count -= (size_t)there;
  }
}

bool sv_posix_init(sv_posix *port) {
  port->socket = -1;
  port->addresses = port->next = NULL;
  port->random = open("/dev/urandom", O_RDONLY);
  return port->random >= 0;
}

sv_transport sv_posix_transport(sv_posix *port) {
  const sv_transport transport = {port, connect_socket, send_bytes, recv_bytes, close_socket, now_ms, random_bytes};
  return transport;
}

void sv_posix_wait(const sv_posix *port, int ms) {
  struct pollfd wait = {port->socket, POLLIN, 0};
  poll(&wait, port->socket >= 0 ? 1 : 0, ms);
}

void sv_posix_free(sv_posix *port) {
  close_socket(port);
  close(port->random);
}
