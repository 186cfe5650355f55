#ifndef SV_SCORES_H
#define SV_SCORES_H
#include "json.h"
#include "sensevoice_client.h"

/** Reads an object of probabilities by emotion: fearful is added to surprised, disgusted to angry, as the server's device dialect does. */
void sv_read_emotion_scores(sv_json *json, float scores[SV_EMOTIONS]);

/** Reads an object of probabilities by language. */
void sv_read_language_scores(sv_json *json, float scores[SV_LANGUAGES]);

/** A number in [0, 1]; what lies outside becomes the nearer end. */
float sv_read_share(sv_json *json);

sv_emotion sv_most_probable(const float scores[SV_EMOTIONS]);

#endif
