/*
 * log.h - one line a message on standard error: level, group, request, text.
 *
 * Levels by consequence: error, an operator must act; warning, one may need to; info, what
 * is worth knowing in normal running; debug, by group.  Whoever handles an error logs it;
 * whoever passes it on does not.  Never a key, a prompt or an answer.
 */
#ifndef SY_BASE_LOG_H
#define SY_BASE_LOG_H

enum sy_level { SY_ERROR, SY_WARNING, SY_INFO, SY_DEBUG };

/* The least grave level that is still written; SY_INFO at first. */
void sy_log_level(enum sy_level level);

/* From now on the calling thread's lines may wait until it flushes: for an event loop, which
 * flushes once a turn.  Warnings and errors never wait. */
void sy_log_gather(void);
void sy_log_flush(void);

/* `group` is the part of the program, `req` a request's id or NULL.  Control characters in
 * the text are escaped; at most 4,096 bytes a line. */
void sy_log(enum sy_level level, const char *group, const char *req, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void sy_log_text(enum sy_level level, const char *group, const char *req, const char *text);

#endif
