#include "scores.h"

#include <string.h>

typedef struct named {
  const char *name;
  int index;
} named;

static const named EMOTIONS[] = {{"neutral", SV_NEUTRAL}, {"happy", SV_HAPPY},         {"sad", SV_SAD},
                                 {"angry", SV_ANGRY},     {"surprised", SV_SURPRISED}, {"fearful", SV_SURPRISED},
                                 {"disgusted", SV_ANGRY}};
static const named LANGUAGES[] = {{"zh", SV_ZH}, {"en", SV_EN}, {"yue", SV_YUE},
                                  {"ja", SV_JA}, {"ko", SV_KO}, {"nospeech", SV_NOSPEECH}};

float sv_read_share(sv_json *json) {
  const float value = sv_json_number(json);
  return value > 1 ? 1 : value < 0 ? 0 : value;
}

static void read_scores(sv_json *json, const named *names, size_t count, float *scores) {
  sv_json_enter(json);
  for (const char *key; (key = sv_json_key(json)) != NULL;) {
    size_t at = 0;
    while (at < count && strcmp(names[at].name, key) != 0) at += 1;
    if (at == count) {
      sv_json_skip(json);
      continue;
    }
    float *const score = scores + names[at].index;
    const float sum = *score + sv_read_share(json);
    *score = sum > 1 ? 1 : sum;
  }
}

void sv_read_emotion_scores(sv_json *json, float scores[SV_EMOTIONS]) {
  memset(scores, 0, SV_EMOTIONS * sizeof *scores);
  read_scores(json, EMOTIONS, sizeof EMOTIONS / sizeof *EMOTIONS, scores);
}

void sv_read_language_scores(sv_json *json, float scores[SV_LANGUAGES]) {
  memset(scores, 0, SV_LANGUAGES * sizeof *scores);
  read_scores(json, LANGUAGES, sizeof LANGUAGES / sizeof *LANGUAGES, scores);
}

sv_emotion sv_most_probable(const float scores[SV_EMOTIONS]) {
  int best = SV_NEUTRAL;
  for (int at = 1; at < SV_EMOTIONS; at += 1) {
    if (scores[at] > scores[best]) best = at;
  }
  return (sv_emotion)best;
}

const char *sv_emotion_name(sv_emotion emotion) {
  // The first five are named in the order of the type.
  return (unsigned)emotion < SV_EMOTIONS ? EMOTIONS[emotion].name : "";
}
