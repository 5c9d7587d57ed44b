/*
 * log.c - see log.h.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LONGEST    4096
#define LONGEST_ID 64
#define GATHERED   (16 * LONGEST)

static const char *const names[] = { "error", "warning", "info", "debug" };
static enum sy_level threshold = SY_INFO;

void sy_log_level(enum sy_level level)
{
	threshold = level;
}

/* Keeps one message one line, whatever a stranger's text holds. */
static size_t escape(char *dst, size_t room, const char *src)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (; *src != '\0' && n + 5 < room; src++) {
		unsigned char c = (unsigned char)*src;

		if (c >= 0x20 && c != 0x7f) {
			dst[n++] = *src;
			continue;
		}
		dst[n++] = '\\';
		dst[n++] = 'x';
		dst[n++] = hex[c >> 4];
		dst[n++] = hex[c & 15];
	}
	return n;
}

static _Thread_local struct {
	bool on;
	size_t len;
	char text[GATHERED];
} gathered;

void sy_log_gather(void)
{
	gathered.on = true;
}

static void put(const char *text, size_t len)
{
	if (write(STDERR_FILENO, text, len) < 0)
		return; /* nowhere left to say so */
}

void sy_log_flush(void)
{
	if (gathered.len > 0)
		put(gathered.text, gathered.len);
	gathered.len = 0;
}

/* "2026-01-02T03:04:05", the same for all lines of a second. */
static const char *stamp(time_t second)
{
	static _Thread_local char last[20];
	static _Thread_local time_t last_second;
	struct tm tm;

	if (last[0] == '\0' || second != last_second) {
		gmtime_r(&second, &tm);
		strftime(last, sizeof(last), "%Y-%m-%dT%H:%M:%S", &tm);
		last_second = second;
	}
	return last;
}

/* The room is ample for what comes before the text. */
static size_t format(char *line, enum sy_level level, const char *group, const char *req,
    const char *text)
{
	struct timespec now;
	char *p = line;

	clock_gettime(CLOCK_REALTIME, &now);
	p = stpcpy(p, stamp(now.tv_sec));
	*p++ = '.';
	for (long unit = 100000000; unit >= 1000000; unit /= 10)
		*p++ = (char)('0' + now.tv_nsec / unit % 10);
	p = stpcpy(stpcpy(p, "Z level="), names[level]);
	p = stpcpy(stpcpy(p, " group="), group);
	if (req != NULL) {
		p = stpcpy(p, " req=");
		p = stpncpy(p, req, LONGEST_ID);
	}
	*p++ = ' ';
	p += escape(p, LONGEST - (size_t)(p - line) - 1, text);
	*p++ = '\n';
	return (size_t)(p - line);
}

void sy_log_text(enum sy_level level, const char *group, const char *req, const char *text)
{
	char line[LONGEST];
	size_t len;

	if (level > threshold)
		return;
	len = format(line, level, group, req, text);
	if (!gathered.on || level <= SY_WARNING || len > GATHERED - gathered.len)
		sy_log_flush();
	if (!gathered.on || level <= SY_WARNING) {
		put(line, len);
		return;
	}
	memcpy(gathered.text + gathered.len, line, len);
	gathered.len += len;
}

void sy_log(enum sy_level level, const char *group, const char *req, const char *fmt, ...)
{
	char text[LONGEST / 2];
	va_list ap;

	if (level > threshold)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sy_log_text(level, group, req, text);
}
