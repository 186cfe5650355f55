#ifndef SV_JSON_TEXT_H
#define SV_JSON_TEXT_H

/**
 * The rest of a JSON string, behind its opening quote, unescaped where it stands and ended by a zero.
 *
 * `at` comes behind the closing quote. Returns NULL when it is no string.
 */
char *sv_unescape(char **at, char *end);

#endif
