#include "link.h"

#include <string.h>

#include "frames.h"
#include "utf8.h"

/** From the first attempt to the answer to the upgrade. */
#define OPEN_MS 10000
/** After so much silence the server is asked whether it is there, and after so much it is not. */
#define PING_MS 10000
#define SILENCE_MS 20000
/** Reads of a poll: 8 KiB. */
#define MOST_READS 16

enum { CLOSE_NORMAL = 1000, CLOSE_PROTOCOL = 1002, CLOSE_KIND = 1003, CLOSE_NONE = 1005, CLOSE_TEXT = 1007, CLOSE_BIG = 1009 };

void sv_link_begin(sv_link *link, uint32_t now_ms) {
  memset(link, 0, offsetof(sv_link, raw));
  link->state = SV_LINK_CONNECTING;
  link->began_ms = now_ms;
  link->heard_ms = now_ms;
  link->reads_left = MOST_READS;
  sv_frames_init(&link->frames);
}

void sv_link_allow(sv_link *link) { link->reads_left = MOST_READS; }

static sv_link_event end(sv_link *link, const sv_transport *transport, sv_disconnect_reason reason) {
  transport->close(transport->context);
  link->state = SV_LINK_OFF;
  link->reason = reason;
  return SV_LINK_ENDED;
}

static sv_link_event fail(sv_link *link, const sv_transport *transport, sv_disconnect_reason reason, uint16_t code) {
  sv_link_leave(link, transport, code);
  link->reason = reason;
  return SV_LINK_ENDED;
}

/** Hands over what is written. False: the connection is lost. */
static bool flush(sv_link *link, const sv_transport *transport) {
  while (link->out_at < link->out_end) {
    const int taken = transport->send(transport->context, link->out + link->out_at, (size_t)(link->out_end - link->out_at));
    if (taken < 0) return false;
    if (taken == 0) return true;
    link->out_at = (uint16_t)(link->out_at + taken);
  }
  link->out_at = link->out_end = 0;
  return true;
}

/** `count` bytes of payload stand in `out`. */
static void frame(sv_link *link, const sv_transport *transport, uint8_t opcode, size_t count) {
  uint8_t mask[4];
  transport->random(transport->context, mask, sizeof mask);
  link->out_at = (uint16_t)sv_frame_write(link->out, opcode, count, mask);
  link->out_end = (uint16_t)(SV_FRAME_HEADER_BYTES + count);
}

/** Control frames go between messages, and the answer to a ping before our own. */
static bool send_control(sv_link *link, const sv_transport *transport) {
  while (flush(link, transport)) {
    if (link->out_end > 0) return true;
    if (link->pong_due) {
      link->pong_due = false;
      memcpy(link->out + SV_FRAME_HEADER_BYTES, link->pong, link->pong_bytes);
      frame(link, transport, SV_OP_PONG, link->pong_bytes);
    } else if (link->ping_due) {
      link->ping_due = false;
      frame(link, transport, SV_OP_PING, 0);
    } else {
      return true;
    }
  }
  return false;
}

uint8_t *sv_link_room(sv_link *link, const sv_transport *transport) {
  if (link->state != SV_LINK_OPEN || !send_control(link, transport) || link->out_end > 0) return NULL;
  return link->out + SV_FRAME_HEADER_BYTES;
}

void sv_link_send(sv_link *link, const sv_transport *transport, uint8_t opcode, size_t count) {
  frame(link, transport, opcode, count);
  flush(link, transport);
}

void sv_link_leave(sv_link *link, const sv_transport *transport, uint16_t code) {
  if (link->state == SV_LINK_OPEN && flush(link, transport) && link->out_end == 0) {
    link->out[SV_FRAME_HEADER_BYTES] = (uint8_t)(code >> 8);
    link->out[SV_FRAME_HEADER_BYTES + 1] = (uint8_t)code;
    frame(link, transport, SV_OP_CLOSE, 2);
    flush(link, transport);
  }
  transport->close(transport->context);
  link->state = SV_LINK_OFF;
}

/** False: nothing came. A lost connection is told by `state`. */
static bool receive(sv_link *link, const sv_transport *transport, uint32_t now_ms) {
  if (link->raw_at < link->raw_end) return true;
  if (link->reads_left == 0) return false;
  link->reads_left -= 1;
  const int count = transport->recv(transport->context, link->raw, sizeof link->raw);
  if (count < 0) end(link, transport, link->state == SV_LINK_OPEN ? SV_DISCONNECT_LOST : SV_DISCONNECT_UNREACHABLE);
  if (count <= 0) return false;
  link->raw_at = 0;
  link->raw_end = (uint16_t)count;
  link->heard_ms = now_ms;
  return true;
}

static sv_link_event connect_on(sv_link *link, const sv_transport *transport, const sv_request *request) {
  const int connected = transport->connect(transport->context, request->host, request->port);
  if (connected < 0) return end(link, transport, SV_DISCONNECT_UNREACHABLE);
  if (connected == 0) return SV_LINK_NOTHING;
  uint8_t nonce[16];
  transport->random(transport->context, nonce, sizeof nonce);
  link->out_end = (uint16_t)sv_write_request(link->out, sizeof link->out, request, nonce, link->accept);
  link->state = SV_LINK_UPGRADING;
  return SV_LINK_NOTHING;
}

static sv_link_event upgrade_on(sv_link *link, const sv_transport *transport, uint32_t now_ms) {
  if (!flush(link, transport)) return end(link, transport, SV_DISCONNECT_UNREACHABLE);
  uint32_t *const count = &link->frames.message_bytes;
  while (receive(link, transport, now_ms)) {
    link->message[(*count)++] = link->raw[link->raw_at++];
    if (*count >= 4 && memcmp(link->message + *count - 4, "\r\n\r\n", 4) == 0) {
      link->message[*count - 4] = '\0';
      const sv_response response = sv_read_response((char *)link->message, link->accept);
      sv_frames_init(&link->frames);
      link->retry_after_ms = response.retry_after_ms;
      if (response.upgraded) {
        link->state = SV_LINK_OPEN;
        return SV_LINK_OPENED;
      }
      const bool refused = response.status != 0 && response.status != 101;
      if (refused) link->http_status = response.status;
      return end(link, transport, refused ? SV_DISCONNECT_REFUSED : SV_DISCONNECT_BAD_UPGRADE);
    }
    if (*count == SV_MESSAGE_BYTES) return end(link, transport, SV_DISCONNECT_BAD_UPGRADE);
  }
  return link->state == SV_LINK_OFF ? SV_LINK_ENDED : SV_LINK_NOTHING;
}

static sv_link_event closed_by_server(sv_link *link, const sv_transport *transport) {
  const uint8_t *const payload = link->frames.control;
  const bool has_code = link->frames.control_bytes >= 2;
  link->close_code = has_code ? (uint16_t)(payload[0] << 8 | payload[1]) : CLOSE_NONE;
  return fail(link, transport, SV_DISCONNECT_CLOSED, has_code ? link->close_code : CLOSE_NORMAL);
}

static sv_link_event read_on(sv_link *link, const sv_transport *transport, uint32_t now_ms) {
  while (receive(link, transport, now_ms)) {
    size_t used;
    const sv_frame_event event = sv_frames_read(&link->frames, link->raw + link->raw_at, (size_t)(link->raw_end - link->raw_at),
                                                &used, link->message, SV_MESSAGE_BYTES);
    link->raw_at = (uint16_t)(link->raw_at + used);
    link->ping_sent = false;
    switch (event) {
      case SV_FRAME_MORE:
      case SV_FRAME_PONG:
        break;
      case SV_FRAME_PING:
        // Of several that wait, the newest is answered: RFC 6455, 5.5.3.
        link->pong_due = true;
        link->pong_bytes = link->frames.control_bytes;
        memcpy(link->pong, link->frames.control, link->pong_bytes);
        break;
      case SV_FRAME_TEXT:
        if (!sv_is_utf8(link->message, link->frames.message_bytes)) {
          return fail(link, transport, SV_DISCONNECT_PROTOCOL, CLOSE_TEXT);
        }
        return SV_LINK_TEXT;
      case SV_FRAME_BINARY:
        return fail(link, transport, SV_DISCONNECT_PROTOCOL, CLOSE_KIND);
      case SV_FRAME_CLOSE:
        return closed_by_server(link, transport);
      case SV_FRAME_BROKEN:
        return fail(link, transport, SV_DISCONNECT_PROTOCOL, CLOSE_PROTOCOL);
      case SV_FRAME_TOO_BIG:
        return fail(link, transport, SV_DISCONNECT_TOO_BIG, CLOSE_BIG);
    }
  }
  if (link->state == SV_LINK_OFF) return SV_LINK_ENDED;
  const uint32_t silent_ms = now_ms - link->heard_ms;
  if (silent_ms >= SILENCE_MS) return fail(link, transport, SV_DISCONNECT_SILENCE, CLOSE_NORMAL);
  if (silent_ms >= PING_MS && !link->ping_sent) link->ping_due = link->ping_sent = true;
  if (!send_control(link, transport)) return end(link, transport, SV_DISCONNECT_LOST);
  return SV_LINK_NOTHING;
}

sv_link_event sv_link_next(sv_link *link, const sv_transport *transport, const sv_request *request, uint32_t now_ms) {
  if (link->state == SV_LINK_OFF) return SV_LINK_NOTHING;
  if (link->state != SV_LINK_OPEN && now_ms - link->began_ms >= OPEN_MS) return end(link, transport, SV_DISCONNECT_UNREACHABLE);
  if (link->state == SV_LINK_CONNECTING) {
    const sv_link_event event = connect_on(link, transport, request);
    if (event != SV_LINK_NOTHING) return event;
  }
  if (link->state == SV_LINK_UPGRADING) return upgrade_on(link, transport, now_ms);
  return link->state == SV_LINK_OPEN ? read_on(link, transport, now_ms) : SV_LINK_NOTHING;
}
