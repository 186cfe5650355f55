#include "wav.h"

#include <string.h>

static uint32_t u32(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t u16(const uint8_t *at) { return (uint32_t)at[0] | (uint32_t)at[1] << 8; }

static const char *read_format(sv_wav *wav, uint32_t size) {
  uint8_t format[16];
  if (size < sizeof format || fread(format, 1, sizeof format, wav->file) != sizeof format) return "its format is cut off";
  if (u16(format) != 1 || u16(format + 14) != 16) return "it is not PCM of 16 bits";
  if (u16(format + 2) != 1) return "it is not mono";
  wav->sample_rate = u32(format + 4);
  fseek(wav->file, (long)(size - sizeof format + (size & 1)), SEEK_CUR);
  return NULL;
}

const char *sv_wav_open(sv_wav *wav, const char *path) {
  uint8_t head[12];
  wav->sample_rate = 0;
  wav->file = fopen(path, "rb");
  if (wav->file == NULL) return "it cannot be opened";
  const bool is_wav = fread(head, 1, 12, wav->file) == 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WAVE", 4) == 0;
  const char *wrong = is_wav ? NULL : "it is no WAV file";
  while (wrong == NULL && fread(head, 1, 8, wav->file) == 8) {
    const uint32_t size = u32(head + 4);
    if (memcmp(head, "fmt ", 4) == 0) {
      wrong = read_format(wav, size);
    } else if (memcmp(head, "data", 4) == 0 && wav->sample_rate != 0) {
      wav->samples_left = size / 2;
      return NULL;
    } else {
      fseek(wav->file, (long)size + (long)(size & 1), SEEK_CUR);
    }
  }
  fclose(wav->file);
  wav->file = NULL;
  return wrong == NULL ? "there is no sound in it" : wrong;
}

uint32_t sv_wav_read(sv_wav *wav, int16_t *samples, uint32_t count) {
  uint32_t read = 0;
  uint8_t bytes[2];
  while (read < count && read < wav->samples_left && fread(bytes, 1, 2, wav->file) == 2) {
    const uint32_t bits = u16(bytes);
    samples[read++] = (int16_t)(bits < 0x8000 ? (int32_t)bits : (int32_t)bits - 0x10000);
  }
  wav->samples_left = read == count ? wav->samples_left - read : 0;
  return read;
}
