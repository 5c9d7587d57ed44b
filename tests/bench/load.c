/*
 * load.c - what wrk cannot do: requests at a fixed rate, and many slow streams.
 *
 *	load open PORT PATH KEY BODY RATE SECONDS
 *		so many requests a second, whatever becomes of them; latency counts from
 *		the time a request was due
 *	load streams PORT PATH KEY BODY COUNT RAMP_MS BEAT_MS
 *		so many streams at the same time, begun over RAMP_MS; how much later than
 *		one beat after the last each event came
 *
 * BODY is a file.  Prints one JSON object.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAIL_BYTES 32 /* kept of what came before, to find marks across reads */
#define HEAD_BYTES 4096

struct peer {
	ev_io io;
	struct peer *next_free;
	double due;  /* when the request was to be sent, or the stream's last event */
	size_t sent; /* of the request; SIZE_MAX: none under way */
	char head[HEAD_BYTES];
	size_t head_len;
	int64_t left; /* of the body; -1: chunked */
	bool in_body;
	char tail[TAIL_BYTES];
	size_t tail_len;
	unsigned events;
};

static struct ev_loop *loop;
static struct sockaddr_in address;
static char *request;
static size_t request_len;
static struct peer *free_peers;
static float *samples; /* milliseconds */
static size_t sample_count, sample_room;
static unsigned long whole, failed, events;
static bool streaming;
static double beat_s;
static unsigned running;

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void sample(double seconds)
{
	if (sample_count == sample_room) {
		sample_room = sample_room ? sample_room * 2 : 65536;
		samples = realloc(samples, sample_room * sizeof(*samples));
		if (samples == NULL)
			die("memory");
	}
	samples[sample_count++] = (float)(seconds * 1e3);
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static double percentile(double share)
{
	return sample_count
	           ? (double)samples[(size_t)((double)(sample_count - 1) * share)]
	           : 0;
}

/* --- One exchange. ----------------------------------------------------------------------- */

static void drop(struct peer *p)
{
	ev_io_stop(loop, &p->io);
	close(p->io.fd);
	free(p);
	running--;
}

static void answered(struct peer *p)
{
	whole++;
	if (streaming) {
		drop(p);
		return;
	}
	sample(ev_time() - p->due);
	p->sent = SIZE_MAX;
	p->next_free = free_peers;
	free_peers = p;
}

static void lost(struct peer *p)
{
	if (p->sent != SIZE_MAX)
		failed++;
	for (struct peer **at = &free_peers; *at != NULL; at = &(*at)->next_free)
		if (*at == p) {
			*at = p->next_free;
			break;
		}
	drop(p);
}

static void came(struct peer *p)
{
	double now = ev_time();

	if (p->events++ > 0 && now - p->due - beat_s > 0)
		sample(now - p->due - beat_s);
	else if (p->events > 1)
		sample(0);
	p->due = now;
	events++;
}

/* Marks may lie across two reads, so each is looked for in the tail and the fresh bytes. */
static void look(struct peer *p, const char *data, size_t len)
{
	static char text[TAIL_BYTES + 65536 + 1];
	size_t all = p->tail_len + len, from = p->tail_len;
	bool done = false;

	memcpy(text, p->tail, p->tail_len);
	memcpy(text + p->tail_len, data, len);
	for (size_t i = from > 0 ? from - 1 : 0; streaming && i + 1 < all; i++)
		if (text[i] == '\n' && text[i + 1] == '\n')
			came(p);
	text[all] = '\0';
	if (streaming)
		done = memmem(text, all, "data: [DONE]", 12) != NULL;
	else
		done = all >= 5 && memcmp(text + all - 5, "0\r\n\r\n", 5) == 0;
	p->tail_len = all < TAIL_BYTES ? all : TAIL_BYTES;
	memcpy(p->tail, text + all - p->tail_len, p->tail_len);
	if (done)
		answered(p);
}

static void take_body(struct peer *p, const char *data, size_t len)
{
	if (p->left < 0) {
		look(p, data, len);
		return;
	}
	p->left -= (int64_t)len;
	if (p->left <= 0)
		answered(p);
}

static void take(struct peer *p, const char *data, size_t len)
{
	size_t room = HEAD_BYTES - 1 - p->head_len, some = len < room ? len : room;
	const char *end, *length;
	size_t body;

	if (p->in_body) {
		take_body(p, data, len);
		return;
	}
	memcpy(p->head + p->head_len, data, some);
	p->head_len += some;
	p->head[p->head_len] = '\0';
	end = strstr(p->head, "\r\n\r\n");
	if (end == NULL)
		return;
	if (strncmp(p->head, "HTTP/1.1 200", 12) != 0) {
		lost(p);
		return;
	}
	length = strcasestr(p->head, "\r\ncontent-length:");
	p->left = length != NULL && length < end ? atoll(length + 17) : -1;
	p->in_body = true;
	body = p->head_len - (size_t)(end + 4 - p->head) + (len - some);
	take_body(p, data + len - body, body);
}

static void on_io(struct ev_loop *l, ev_io *io, int revents)
{
	struct peer *p = io->data;
	static char bytes[65536];
	ssize_t n;

	(void)l;
	if ((revents & EV_WRITE) && p->sent < request_len) {
		n = send(io->fd, request + p->sent, request_len - p->sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN) {
			lost(p);
			return;
		}
		p->sent += n > 0 ? (size_t)n : 0;
		if (p->sent == request_len) {
			ev_io_stop(loop, io);
			ev_io_set(io, io->fd, EV_READ);
			ev_io_start(loop, io);
		}
	}
	if (!(revents & EV_READ))
		return;
	n = recv(io->fd, bytes, sizeof(bytes), 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		lost(p);
	else
		take(p, bytes, (size_t)n);
}

static struct peer *connected(void)
{
	struct peer *p = free_peers;
	int yes = 1, fd;

	if (p != NULL) {
		free_peers = p->next_free;
		return p;
	}
	p = calloc(1, sizeof(*p));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (p == NULL || fd < 0)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 &&
	    errno != EINPROGRESS)
		die("connect");
	ev_io_init(&p->io, on_io, fd, EV_READ | EV_WRITE);
	p->io.data = p;
	running++;
	return p;
}

static void begin(double due)
{
	struct peer *p = connected();
	int fd = p->io.fd;

	ev_io_stop(loop, &p->io);
	p->due = due;
	p->sent = p->head_len = p->tail_len = p->events = 0;
	p->in_body = false;
	ev_io_set(&p->io, fd, EV_READ | EV_WRITE);
	ev_io_start(loop, &p->io);
}

/* --- When to begin. ---------------------------------------------------------------------- */

static double started, pace_s;
static unsigned long begun, wanted;

static void on_beat(struct ev_loop *l, ev_timer *w, int revents)
{
	double now = ev_time();

	(void)revents;
	while (begun < wanted && started + (double)begun * pace_s <= now)
		begin(started + (double)begun++ * pace_s);
	if (begun == wanted &&
	    (whole + failed >= wanted || now > started + wanted * pace_s + 120)) {
		ev_timer_stop(l, w);
		ev_break(l, EVBREAK_ALL);
	}
}

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *data = malloc(16u << 20);

	if (f == NULL || data == NULL)
		die(path);
	*len = fread(data, 1, 16u << 20, f);
	fclose(f);
	return data;
}

static void prepare(char **argv)
{
	size_t len;
	char *body = read_file(argv[5], &len);

	address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(argv[2])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	request = malloc(len + 1024);
	if (request == NULL)
		die("memory");
	request_len = (size_t)sprintf(request,
	    "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
	    argv[3], argv[4], len);
	memcpy(request + request_len, body, len);
	request_len += len;
	free(body);
}

int main(int argc, char **argv)
{
	struct rlimit files;
	ev_timer beat;

	if (argc < 8 || (streaming = strcmp(argv[1], "streams") == 0) != (argc == 9)) {
		fprintf(stderr, "load: see the beginning of load.c\n");
		return 1;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	prepare(argv);
	if (streaming) {
		wanted = strtoul(argv[6], NULL, 10);
		pace_s = atof(argv[7]) / 1e3 / (double)wanted;
		beat_s = atof(argv[8]) / 1e3;
	} else {
		pace_s = 1 / atof(argv[6]);
		wanted = (unsigned long)(atof(argv[6]) * atof(argv[7]));
	}
	loop = ev_default_loop(EVFLAG_AUTO);
	ev_set_timeout_collect_interval(loop, 0);
	started = ev_time();
	ev_timer_init(&beat, on_beat, 0, 0.0005);
	ev_timer_start(loop, &beat);
	ev_run(loop, 0);
	qsort(samples, sample_count, sizeof(*samples), by_value);
	printf(
	    "{\"whole\":%lu,\"failed\":%lu,\"events\":%lu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
	    "\"most_ms\":%.3f}\n",
	    whole, wanted - whole, events, percentile(.5), percentile(.99),
	    percentile(1));
	return 0;
}
