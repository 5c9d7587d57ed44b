/*
 * blame.h - what failures mean in every dialect.
 */
#ifndef SY_DIALECT_BLAME_H
#define SY_DIALECT_BLAME_H

#include "base/error.h"

/* The kind that a status alone tells; 200 for an error inside of an answer. */
enum sy_kind sy_kind_of_status(int status);

#endif
