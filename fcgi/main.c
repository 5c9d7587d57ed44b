/*
 * main.c - switchyard.fcgi: the gateway, as FastCGI or CGI.
 *
 * Arguments are never read: under CGI a client may choose them.  What fd 0 is tells how we
 * were started.
 */
#include "worker.h"

#include "base/log.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define EXIT_CANNOT_START 1
#define EXIT_WRONG_PLACE  2

extern char **environ;

/* No core file and no debugger shows keys and prompts; files are ours alone. */
static void harden(void)
{
	const struct rlimit none = { 0, 0 };

	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static void raise_descriptors(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

/* What one turn's requests free, the next one's need again: don't hand it back to the system
 * page by page. */
static void keep_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_TRIM_THRESHOLD, 8 << 20);
	mallopt(M_MMAP_THRESHOLD, 2 << 20);
#endif
}

static bool is_listener(int fd)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) == 0 && yes;
}

static bool is_unix(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	return getsockname(fd, (struct sockaddr *)&a, &len) == 0 &&
	       a.ss_family == AF_UNIX;
}

/* Who can connect can claim to be any client, so a port must be asked for. */
static bool may_listen(int fd)
{
	const char *asked = getenv("SWITCHYARD_LISTEN_TCP");

	return is_unix(fd) || (asked != NULL && strcmp(asked, "yes") == 0);
}

static int fail(const struct sy_error *err)
{
	sy_log(SY_ERROR, "worker", NULL, "%s", err->message);
	return EXIT_CANNOT_START;
}

static int serve(void)
{
	struct sy_error err;

	if (!may_listen(STDIN_FILENO)) {
		fprintf(stderr,
		    "switchyard.fcgi: the socket on descriptor 0 is no Unix socket; "
		    "set SWITCHYARD_LISTEN_TCP=yes if that is meant\n");
		return EXIT_WRONG_PLACE;
	}
	return sy_worker_serve(STDIN_FILENO, &err) < 0 ? fail(&err) : 0;
}

static int serve_cgi(void)
{
	static const char sorry[] =
	    "Status: 503 Service Unavailable\r\n"
	    "Content-Type: application/json\r\n\r\n"
	    "{\"error\":{\"message\":\"The gateway can't start; its "
	    "administrator finds why in the web server's error log.\","
	    "\"type\":\"service_unavailable_error\",\"param\":null,"
	    "\"code\":\"not_configured\"}}\n";
	struct sy_error err;

	if (sy_worker_serve_cgi(environ, &err) == 0)
		return 0;
	if (write(STDOUT_FILENO, sorry, sizeof(sorry) - 1) < 0)
		sy_log(SY_WARNING, "worker", NULL, "nobody reads the answer");
	return fail(&err);
}

int main(void)
{
	harden();
	raise_descriptors();
	keep_memory();
	/* A request throws dice a few times: from the kernel's seed, not each by a call of it. */
	randombytes_set_implementation(&randombytes_internal_implementation);
	if (sodium_init() < 0)
		return EXIT_CANNOT_START;
	if (is_listener(STDIN_FILENO))
		return serve();
	if (getenv("GATEWAY_INTERFACE") != NULL)
		return serve_cgi();
	fprintf(stderr,
	    "switchyard.fcgi: to be started by a web server, as FastCGI or CGI; "
	    "for the command line use 'switchyard'\n");
	return EXIT_WRONG_PLACE;
}
