/*
 * attempts.c - see attempts.h.
 */
#include "sim/attempts.h"

#include "sim/site.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 4096 };

int sy_sim_attempts_init(struct sy_sim_attempts *list, const char *log_path)
{
	*list = (struct sy_sim_attempts){ .log = -1 };
	if (log_path != NULL) {
		list->log =
		    open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
		if (list->log < 0)
			return -1;
	}
	/* The pages of the ring become memory only as attempts fill them. */
	list->ring = sy_xcalloc(SY_SIM_ATTEMPTS, sizeof(*list->ring));
	return 0;
}

void sy_sim_attempts_release(struct sy_sim_attempts *list)
{
	free(list->ring);
	if (list->log >= 0)
		close(list->log);
}

static void write_attempt(const struct sy_sim_attempt *a, const char *kind,
    struct sy_buf *out)
{
	static const char *const words[SY_SIM_OUTCOMES] = {
		[SY_SIM_RUNNING] = "running",
		[SY_SIM_WHOLE] = "whole",
		[SY_SIM_CUT] = "cut",
		[SY_SIM_REFUSED_CALL] = "refused",
		[SY_SIM_CLIENT_CLOSED] = "client_closed",
		[SY_SIM_STOPPED_HERE] = "stopped",
	};

	sy_buf_printf(out,
	    "{\"kind\":\"%s\",\"sequence\":%llu,\"attempt\":%llu,\"site\":", kind,
	    (unsigned long long)a->sequence, (unsigned long long)a->number);
	sy_buf_json_str(out, a->site->name);
	sy_buf_puts(out, ",\"path\":");
	sy_buf_json_str(out, a->path);
	sy_buf_puts(out, ",\"model\":");
	sy_buf_json_str(out, a->model);
	sy_buf_puts(out, ",\"client_request_id\":");
	sy_buf_json_str(out, *a->client_request_id != '\0' ? a->client_request_id : NULL);
	sy_buf_printf(out,
	    ",\"stream\":%s,\"status\":%d,\"events\":%u,\"outcome\":\"%s\"",
	    a->streamed ? "true" : "false", a->status, a->events, words[a->outcome]);
	sy_buf_printf(out,
	    ",\"prompt_tokens\":%lld,\"completion_tokens\":%lld,\"cached_tokens\":%lld"
	    ",\"cache_write_tokens\":%lld,\"reasoning_tokens\":%lld",
	    (long long)a->usage.prompt, (long long)a->usage.completion,
	    (long long)a->usage.cached, (long long)a->usage.cache_write,
	    (long long)a->usage.reasoning);
	sy_buf_printf(out, ",\"start_ms\":%lld,\"end_ms\":", (long long)a->start_ms);
	if (a->outcome == SY_SIM_RUNNING)
		sy_buf_puts(out, "null}");
	else
		sy_buf_printf(out, "%lld}", (long long)a->end_ms);
}

/* One write a line, so that lines stay whole whoever else appends. */
static void log_attempt(struct sy_sim_attempts *list, const struct sy_sim_attempt *a,
    const char *kind)
{
	struct sy_buf line;

	if (list->log < 0)
		return;
	sy_buf_init(&line, LINE_BYTES);
	write_attempt(a, kind, &line);
	sy_buf_putc(&line, '\n');
	if (write(list->log, line.data, line.len) != (ssize_t)line.len)
		sy_log(SY_ERROR, "sim", NULL, "the log takes no more: %s",
		    strerror(errno));
	sy_buf_release(&line);
}

static struct sy_sim_attempt *slot(const struct sy_sim_attempts *list, uint64_t sequence)
{
	return &list->ring[sequence % SY_SIM_ATTEMPTS];
}

void sy_sim_attempt_start(struct sy_sim_attempts *list, struct sy_sim_attempt *a)
{
	a->sequence = ++list->count;
	a->outcome = SY_SIM_RUNNING;
	a->start_ms = sy_monotonic_us() / 1000;
	*slot(list, a->sequence) = *a;
	log_attempt(list, a, "start");
}

void sy_sim_attempt_end(struct sy_sim_attempts *list, struct sy_sim_attempt *a,
    enum sy_sim_outcome outcome)
{
	struct sy_sim_attempt *kept = slot(list, a->sequence);

	a->outcome = outcome;
	a->end_ms = sy_monotonic_us() / 1000;
	if (kept->sequence == a->sequence)
		*kept = *a;
	log_attempt(list, a, "end");
}

void sy_sim_attempts_clear(struct sy_sim_attempts *list)
{
	list->cleared = list->count;
}

void sy_sim_attempts_list(const struct sy_sim_attempts *list,
    const struct sy_sim_site *site, struct sy_buf *out)
{
	uint64_t first =
	    list->count > SY_SIM_ATTEMPTS ? list->count - SY_SIM_ATTEMPTS : 0;
	const char *comma = "";

	if (first < list->cleared)
		first = list->cleared;
	sy_buf_putc(out, '[');
	for (uint64_t i = first + 1; i <= list->count; i++) {
		const struct sy_sim_attempt *a = slot(list, i);

		if (site != NULL && a->site != site)
			continue;
		sy_buf_puts(out, comma);
		write_attempt(a, a->outcome == SY_SIM_RUNNING ? "start" : "end", out);
		comma = ",\n";
	}
	sy_buf_putc(out, ']');
}
