/*
 * signed.h - who may ask a simulated provider of AWS's kind.
 */
#ifndef SY_SIM_SIGNED_H
#define SY_SIM_SIGNED_H

#include "sim/http.h"

/*
 * Checks a request's credential: `Bearer` and the key, or a signature that the key, which is
 * ACCESS_KEY_ID:SECRET[:TOKEN] then, makes of exactly what came.  key NULL: any will do, but
 * there must be one.  0, or -1 with the service's own refusal.
 */
int sy_sim_signed(const struct sy_sim_http *http, const char *key, struct sy_error *err);

#endif
