/*
 * log.c - see log.h.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LONGEST 4096

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

void sy_log(enum sy_level level, const char *group, const char *req, const char *fmt, ...)
{
	char text[LONGEST / 2], line[LONGEST];
	struct timespec now;
	struct tm tm;
	va_list ap;
	size_t len;

	if (level > threshold)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &tm);
	len += (size_t)snprintf(line + len, sizeof(line) - len,
	    ".%03ldZ level=%s group=%s%s%.64s ", now.tv_nsec / 1000000, names[level], group,
	    req != NULL ? " req=" : "", req != NULL ? req : "");
	len += escape(line + len, sizeof(line) - len - 1, text);
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* nowhere left to say so */
}
