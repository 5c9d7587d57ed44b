/*
 * ctl_replay.h - recorded answers of providers, put through every pairing of adapter and
 * surface that this program has, and what each keeps of them.
 *
 * What was recorded is read by its adapter; what a client would get of it is written by the
 * surface, and read again.  Both are folded to answers, and these are compared.
 */
#ifndef SY_FCGI_CTL_REPLAY_H
#define SY_FCGI_CTL_REPLAY_H

#include "base/error.h"
#include "model/usage.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_answer;
struct sy_arena;
struct sy_sink;

/* What an answer has; the classes of its tokens follow. */
enum sy_keep {
	SY_KEEP_TEXT,
	SY_KEEP_REFUSAL,
	SY_KEEP_REASONING,
	SY_KEEP_CALLS,
	SY_KEEP_CITATIONS,
	SY_KEEP_MEDIA,
	SY_KEEP_FINISH,
	SY_KEEP_USAGE,
	SY_KEEPS = SY_KEEP_USAGE + SY_TOKEN_CLASSES
};

extern const char *const sy_keep_names[SY_KEEPS];

struct sy_pairing {
	const char *adapter, *surface;
	bool stream;
	int answers;                /* that were put through it */
	int failed;                 /* of them, those that did not come through whole */
	const char *failure;        /* the first of these, and why; or NULL */
	int recorded[SY_KEEPS];     /* answers that have this */
	int kept[SY_KEEPS];         /* of them, those whose client gets the same */
	const char *lost[SY_KEEPS]; /* the first whose client does not; or NULL */
};

struct sy_replay {
	struct sy_pairing *list;
	size_t count, room;
	int answers; /* read */
	int left_out; /* recordings of what is no chat, of failures, or of dialects not spoken */
	int unread; /* answers that their own adapter takes for broken: cut off ones, mostly */
};

/* Why a client of that surface cannot get all of it; NULL where that is not known. */
const char *sy_replay_reason(const char *surface, enum sy_keep keep);

/* All recordings (*.json) in the folder and in those inside it.  -1 when there is none, or when
 * one is no recording. */
int sy_replay_folder(const char *folder, struct sy_arena *a, struct sy_replay *out,
    struct sy_error *err);

/* ctl_replay_read.c: what a client got, as events.  False when it is nothing that the
 * surface's dialect would say, or when no reader knows that dialect. */
bool sy_replay_read(const char *dialect, const char *body, size_t len, bool stream,
    struct sy_arena *a, struct sy_answer *out);
bool sy_replay_can_read(const char *dialect);

/* The recorded answer of an adapter's dialect; `what`: why it is none. */
bool sy_replay_record(const char *adapter, const char *body, size_t len, bool stream,
    struct sy_arena *a, struct sy_answer *out, struct sy_error *what);

/* A request that every chat surface takes. */
const char *sy_replay_request(bool stream);

#endif
