/*
 * arena.c - bump allocation in blocks.  The first one holds all that a small request, or an
 * attempt at it, needs; those after it are small, and what does not fit in half of a small one
 * gets a block of its own.
 */
#include "base/arena.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 5984
#define BLOCK_BYTES 992

/* Blocks kept for the next arena; none where a sanitizer watches over memory. */
#if defined(__SANITIZE_ADDRESS__)
#define SPARES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPARES 0
#endif
#endif
#ifndef SPARES
#define SPARES 64
#endif

struct block {
	struct block *next;
	size_t size;
	size_t used;
	_Alignas(16) char data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *arg;
};

struct sy_arena {
	struct block *blocks; /* the head is the one being filled */
	struct deferred *deferred;
};

static void out_of_memory(size_t size)
{
	fprintf(stderr, "switchyard: out of memory (%zu bytes wanted)\n", size);
	abort();
}

void *sy_xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (p == NULL)
		out_of_memory(size);
	return p;
}

void *sy_xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (p == NULL)
		out_of_memory(size);
	return p;
}

/* First blocks go from one request to the next: of the allocator's own caches none
 * takes blocks that large. */
static _Thread_local struct block *spares;
static _Thread_local unsigned spare_count;

static struct block *block_new(size_t size)
{
	struct block *b = size == FIRST_BYTES ? spares : NULL;

	if (b != NULL) {
		spares = b->next;
		spare_count--;
	} else {
		b = malloc(sizeof(*b) + size);
	}
	if (b == NULL)
		out_of_memory(size);
	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

static void block_free(struct block *b)
{
	if (b->size != FIRST_BYTES || spare_count >= SPARES) {
		free(b);
		return;
	}
	b->next = spares;
	spares = b;
	spare_count++;
}

struct sy_arena *sy_arena_new(void)
{
	struct block *b = block_new(FIRST_BYTES);
	struct sy_arena *a = (struct sy_arena *)b->data;

	b->used = (sizeof(*a) + 15) & ~(size_t)15;
	a->blocks = b;
	a->deferred = NULL;
	return a;
}

void sy_arena_free(struct sy_arena *a)
{
	struct block *b, *next;

	if (a == NULL)
		return;
	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->fn(d->arg);
	}
	/* The arena itself lives in the oldest block, which is freed last. */
	for (b = a->blocks; b != NULL; b = next) {
		next = b->next;
		block_free(b);
	}
}

void *sy_alloc(struct sy_arena *a, size_t size)
{
	struct block *b = a->blocks;
	void *p;

	if (size > SIZE_MAX - 64)
		out_of_memory(size);
	size = (size + 15) & ~(size_t)15;
	if (size > b->size - b->used) {
		struct block *fresh = block_new(size > BLOCK_BYTES / 2 ? size : BLOCK_BYTES);

		if (size > BLOCK_BYTES / 2) {
			/* A block of its own goes behind the one being filled. */
			fresh->next = b->next;
			b->next = fresh;
		} else {
			fresh->next = b;
			a->blocks = fresh;
		}
		b = fresh;
	}
	p = b->data + b->used;
	b->used += size;
	return memset(p, 0, size);
}

char *sy_strndup(struct sy_arena *a, const char *s, size_t len)
{
	char *copy = sy_alloc(a, len + 1);

	memcpy(copy, s, len);
	return copy;
}

char *sy_strdup(struct sy_arena *a, const char *s)
{
	return s == NULL ? NULL : sy_strndup(a, s, strlen(s));
}

char *sy_strf(struct sy_arena *a, const char *fmt, ...)
{
	char text[256]; /* most fit, and formatting twice is what costs */
	va_list ap;
	char *out;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len < 0)
		len = 0;
	if ((size_t)len < sizeof(text))
		return sy_strndup(a, text, (size_t)len);
	out = sy_alloc(a, (size_t)len + 1);
	va_start(ap, fmt);
	vsnprintf(out, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return out;
}

char *sy_cat(struct sy_arena *a, const char *first, ...)
{
	size_t len = 0;
	va_list ap;
	char *out, *end;

	va_start(ap, first);
	for (const char *s = first; s != NULL; s = va_arg(ap, const char *))
		len += strlen(s);
	va_end(ap);
	out = end = sy_alloc(a, len + 1);
	va_start(ap, first);
	for (const char *s = first; s != NULL; s = va_arg(ap, const char *))
		end = stpcpy(end, s);
	va_end(ap);
	return out;
}

void sy_defer(struct sy_arena *a, void (*fn)(void *), void *arg)
{
	struct deferred *d = sy_alloc(a, sizeof(*d));

	d->fn = fn;
	d->arg = arg;
	d->next = a->deferred;
	a->deferred = d;
}

static void put_json(void *o)
{
	json_object_put(o);
}

struct json_object *sy_adopt_json(struct sy_arena *a, struct json_object *o)
{
	if (o != NULL)
		sy_defer(a, put_json, o);
	return o;
}
