/*
 * session.h - who is signed in at the dashboard.
 *
 * Lives in the live store, so a reboot signs everybody out.  Codes and session tokens are
 * stored hashed.  Times are boot milliseconds and arguments.  All calls may wait for the
 * gate, two seconds at most: for the admin worker and the command line, not for the loop.
 */
#ifndef SY_STORE_SESSION_H
#define SY_STORE_SESSION_H

#include "base/error.h"
#include "model/attempt.h"
#include "model/words.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_live;

enum sy_access { SY_ACCESS_SELF, SY_ACCESS_VIEWER, SY_ACCESS_ADMIN };

extern const struct sy_word sy_access_words[]; /* "self", "viewer", "admin" */

#define SY_CODE_TEXT       10 /* "7Q4K-9XHT" and the final NUL */
#define SY_CODE_MS         (10 * 60 * 1000)
#define SY_SESSION_TEXT    65
#define SY_SESSION_IDLE_MS (30 * 60 * 1000)
#define SY_SESSION_MAX_MS  (12 * 60 * 60 * 1000)

struct sy_session {
	char user[SY_LABEL_MAX]; /* who; for SY_ACCESS_SELF, whose requests may be seen */
	enum sy_access access;
	int64_t expires_ms; /* boot, at the latest */
	char csrf[65];      /* what calls that change something must bring */
};

/* A code for one sign-in, valid for SY_CODE_MS. */
int sy_code_create(struct sy_live *l, const char *user, enum sy_access access,
    int64_t boot_ms, char text[SY_CODE_TEXT], struct sy_error *err);

/* Exchanges a code for a session: 1, or 0 when it is not (or no longer) good; -1.  Small
 * letters, a missing hyphen and the letters o, i, l for digits are forgiven. */
int sy_code_redeem(struct sy_live *l, const char *text, int64_t boot_ms,
    struct sy_session *out, char token[SY_SESSION_TEXT], struct sy_error *err);

/* A session for one who proved it otherwise (a password); user and access are given. */
int sy_session_create(struct sy_live *l, struct sy_session *s, int64_t boot_ms,
    char token[SY_SESSION_TEXT], struct sy_error *err);

/* 1 and the session, which counts as used; 0 when there is none, or it has ended; -1. */
int sy_session_find(struct sy_live *l, const char *token, int64_t boot_ms,
    struct sy_session *out, struct sy_error *err);

int sy_session_end(struct sy_live *l, const char *token, struct sy_error *err);
/* All of a user's: when a password or a role changes.  The number ended. */
int sy_session_end_user(struct sy_live *l, const char *user, struct sy_error *err);

/*
 * Failed sign-ins, counted for each name and each address ("user:ann", "addr:192.0.2.1"):
 * from the third on, the next try has to wait, 1 s and then twice as long each time, 15 min
 * at most.  How long this one has to wait: 0 it may go on; ask before looking at a password.
 */
int64_t sy_login_wait(struct sy_live *l, const char *who, int64_t boot_ms,
    struct sy_error *err);
int sy_login_note(struct sy_live *l, const char *who, bool good, int64_t boot_ms,
    struct sy_error *err);

#endif
