#ifndef SV_WAV_H
#define SV_WAV_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** A WAV file, read from its start to its end. */
typedef struct sv_wav {
  FILE *file;
  uint32_t sample_rate;
  uint32_t samples_left;
} sv_wav;

/** Returns NULL, or what is wrong with the file: it has to be mono PCM16. */
const char *sv_wav_open(sv_wav *wav, const char *path);
/** Reads up to `count` samples; 0 at the end. */
uint32_t sv_wav_read(sv_wav *wav, int16_t *samples, uint32_t count);

#endif
