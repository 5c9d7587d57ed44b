/*
 * words.h - the names of the waist's enums; word.h reads such tables.
 */
#ifndef SY_MODEL_WORDS_H
#define SY_MODEL_WORDS_H

#include "base/word.h"

extern const struct sy_word sy_role_words[];    /* "system" ... */
extern const struct sy_word sy_finish_words[];  /* "stop" ... as OpenAI spells them */
extern const struct sy_word sy_outcome_words[]; /* "ok" ... as the ledger spells them */

#endif
