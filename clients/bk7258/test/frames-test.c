#include "frames.h"

#include <string.h>

#include "check.h"
#include "utf8.h"

#define CAPACITY 4096

static sv_frames frames;
static uint8_t message[CAPACITY];

/** Reads to the first thing that is whole; `piece` bytes at once. */
static sv_frame_event read_in(const uint8_t *bytes, size_t count, size_t piece, size_t *at) {
  while (*at < count) {
    const size_t size = count - *at < piece ? count - *at : piece;
    // In memory of its own, so that ASan sees a byte too many.
    uint8_t *const copy = malloc(size);
    memcpy(copy, bytes + *at, size);
    size_t used;
    const sv_frame_event event = sv_frames_read(&frames, copy, size, &used, message, CAPACITY);
    free(copy);
    *at += used;
    if (event != SV_FRAME_MORE) return event;
    CHECK(used == size);
  }
  return SV_FRAME_MORE;
}

static sv_frame_event read_once(const uint8_t *bytes, size_t count) {
  size_t at = 0;
  sv_frames_init(&frames);
  return read_in(bytes, count, count, &at);
}

static void reads_however_it_is_cut(void) {
  static const uint8_t BYTES[] = {0x01, 2,    'a', 'b', 0x89, 3,    'p', 'n', 'g',  0x00, 0,    0x80, 1, 'c',
                                  0x81, 0,    0x82, 1,  'd',  0x8a, 0,   0x88, 2,   0x03, 0xe8};
  for (size_t piece = 1; piece <= sizeof BYTES; piece += 1) {
    size_t at = 0;
    sv_frames_init(&frames);
    CHECK(read_in(BYTES, sizeof BYTES, piece, &at) == SV_FRAME_PING);
    CHECK(frames.control_bytes == 3 && memcmp(frames.control, "png", 3) == 0);
    CHECK(read_in(BYTES, sizeof BYTES, piece, &at) == SV_FRAME_TEXT);
    CHECK(frames.message_bytes == 3 && memcmp(message, "abc", 3) == 0);
    CHECK(read_in(BYTES, sizeof BYTES, piece, &at) == SV_FRAME_TEXT && frames.message_bytes == 0);
    CHECK(read_in(BYTES, sizeof BYTES, piece, &at) == SV_FRAME_BINARY && message[0] == 'd');
    CHECK(read_in(BYTES, sizeof BYTES, piece, &at) == SV_FRAME_PONG);
    CHECK(read_in(BYTES, sizeof BYTES, piece, &at) == SV_FRAME_CLOSE && frames.control[1] == 0xe8);
    CHECK(at == sizeof BYTES);
  }
}

static void reads_up_to_the_capacity(void) {
  static uint8_t bytes[CAPACITY + 14] = {0x81, 126, CAPACITY >> 8, CAPACITY & 255};
  CHECK(read_once(bytes, CAPACITY + 4) == SV_FRAME_TEXT && frames.message_bytes == CAPACITY);
  bytes[3] = 1;
  CHECK(read_once(bytes, 4) == SV_FRAME_TOO_BIG);
  static const uint8_t HUGE_FRAME[] = {0x81, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255};
  CHECK(read_once(HUGE_FRAME, sizeof HUGE_FRAME) == SV_FRAME_TOO_BIG);
  static const uint8_t WRAPPED[] = {0x81, 127, 0, 0, 0, 1, 0, 0, 0, 1};
  CHECK(read_once(WRAPPED, sizeof WRAPPED) == SV_FRAME_TOO_BIG);
  // Pieces that are each small enough, and together are not.
  bytes[0] = 0x01;
  bytes[2] = 4095 >> 8;
  bytes[3] = 4095 & 255;
  bytes[4 + 4095] = 0x80;
  bytes[4 + 4096] = 2;
  CHECK(read_once(bytes, 4 + 4095 + 2) == SV_FRAME_TOO_BIG);
}

static void refuses_what_no_server_sends(void) {
  static const uint8_t BROKEN[][4] = {
      {0x81, 0x81, 0, 0}, /* masked */       {0xc1, 1, 0, 0},    /* an extension */  {0x83, 0, 0, 0}, /* unknown data */
      {0x8b, 0, 0, 0},    /* unknown */      {0x09, 0, 0, 0},    /* a ping in pieces */ {0x80, 0, 0, 0}, /* more of nothing */
      {0x01, 0, 0x81, 0}, /* two at once */  {0x88, 1, 3, 0},    /* half a code */   {0x89, 126, 0, 126} /* a long ping */
  };
  for (size_t at = 0; at < sizeof BROKEN / sizeof *BROKEN; at += 1) CHECK(read_once(BROKEN[at], 4) == SV_FRAME_BROKEN);
}

static void survives_noise(void) {
  for (int round = 0; round < 100000; round += 1) {
    uint8_t bytes[64];
    for (size_t at = 0; at < sizeof bytes; at += 1) bytes[at] = (uint8_t)chance(256);
    if (round % 2 == 0) bytes[0] = 0x01, bytes[1] = (uint8_t)chance(20);
    size_t at = 0;
    sv_frames_init(&frames);
    while (at < sizeof bytes) {
      const sv_frame_event event = read_in(bytes, sizeof bytes, 1 + chance(9), &at);
      CHECK(frames.message_bytes <= CAPACITY && frames.control_bytes <= sizeof frames.control);
      if (event == SV_FRAME_BROKEN || event == SV_FRAME_TOO_BIG) break;
    }
  }
}

static void writes_masked(void) {
  static const size_t SIZES[] = {0, 1, 125, 126, 4096};
  static uint8_t buffer[SV_FRAME_HEADER_BYTES + 4096];
  static const uint8_t MASK[4] = {1, 2, 3, 4};
  for (size_t index = 0; index < sizeof SIZES / sizeof *SIZES; index += 1) {
    const size_t count = SIZES[index];
    memset(buffer, 0x55, sizeof buffer);
    const size_t begin = sv_frame_write(buffer, SV_OP_BINARY, count, MASK);
    CHECK(begin == (count < 126 ? 2u : 0u) && buffer[begin] == 0x82);
    CHECK(count < 126 ? buffer[begin + 1] == (0x80 | count) : buffer[1] == 0xfe && buffer[2] == count >> 8 && buffer[3] == (count & 255));
    CHECK(memcmp(buffer + SV_FRAME_HEADER_BYTES - 4, MASK, 4) == 0);
    for (size_t at = 0; at < count; at += 1) CHECK(buffer[SV_FRAME_HEADER_BYTES + at] == (0x55 ^ MASK[at % 4]));
  }
}

static bool is_utf8(const char *text) { return sv_is_utf8((const uint8_t *)text, strlen(text)); }

static void knows_utf8(void) {
  CHECK(is_utf8("") && is_utf8("a\xc3\xa9\xe8\xaf\xad\xf0\x9f\x98\x80\x7f"));
  CHECK(!is_utf8("\xc3") && !is_utf8("\xc3(") && !is_utf8("\x80") && !is_utf8("\xff") && !is_utf8("\xe8\xaf"));
  CHECK(!is_utf8("\xc0\xaf") && !is_utf8("\xe0\x80\x80") && !is_utf8("\xed\xa0\x80") && !is_utf8("\xf4\x90\x80\x80"));
}

int main(void) {
  reads_however_it_is_cut();
  reads_up_to_the_capacity();
  refuses_what_no_server_sends();
  survives_noise();
  writes_masked();
  knows_utf8();
  DONE("frames");
  return 0;
}
