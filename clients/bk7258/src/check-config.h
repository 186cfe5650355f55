#ifndef SV_CHECK_CONFIG_H
#define SV_CHECK_CONFIG_H
#include "sensevoice_client.h"

/** Whether everything is there and in its range: nothing of it can then break a header or a JSON text. */
bool sv_is_config(const sv_config *config);

#endif
