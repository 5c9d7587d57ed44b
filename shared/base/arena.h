/*
 * arena.h - memory that ends with a request.
 *
 * Memory comes zeroed and is never NULL: a process that cannot have a few bytes says so on
 * standard error and aborts.  What a client can make large is measured against its limit
 * before it is read, and refused with SY_TOO_LARGE.
 */
#ifndef SY_BASE_ARENA_H
#define SY_BASE_ARENA_H

#include <stddef.h>

struct json_object;
struct sy_arena;

struct sy_arena *sy_arena_new(void);

/* Runs what was deferred, newest first, and frees all.  NULL does nothing. */
void sy_arena_free(struct sy_arena *a);

void *sy_alloc(struct sy_arena *a, size_t size);
char *sy_strdup(struct sy_arena *a, const char *s); /* NULL gives NULL */
char *sy_strndup(struct sy_arena *a, const char *s, size_t len);
char *sy_strf(struct sy_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The strings one after the other; the last argument is a NULL of type char *. */
char *sy_cat(struct sy_arena *a, const char *first, ...) __attribute__((sentinel));

/* Has fn(arg) called when the arena ends. */
void sy_defer(struct sy_arena *a, void (*fn)(void *), void *arg);

/* Takes the caller's one reference to o, puts it when the arena ends; returns o. */
struct json_object *sy_adopt_json(struct sy_arena *a, struct json_object *o);

/* For memory outside of any arena: zeroed, never NULL; free() it. */
void *sy_xcalloc(size_t count, size_t size);
void *sy_xrealloc(void *p, size_t size);

#endif
