/*
 * ctl_demo.h - the parts of the demo: its files, its history, its traffic.
 */
#ifndef SY_FCGI_CTL_DEMO_H
#define SY_FCGI_CTL_DEMO_H

#include "base/error.h"
#include "ctl_programs.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_cli;
struct sy_key;

#define SY_DEMO_KEY "sy_demo"

struct sy_demo {
	struct sy_cli *cli;
	const char *dir; /* absolute; everything of the demo is below it */
	struct sy_shipped shipped;
	const char *gateway, *admin, *sim, *lighttpd; /* programs; lighttpd may be NULL */
	int port, sim_port;                           /* on the loopback interface */
	int days;
	bool traffic;
};

/* --- ctl_demo_files.c ------------------------------------------------------------------- */

/* The directory with what is generated once: links to what is shipped, the sim's script. */
int sy_demo_make_dir(struct sy_demo *d, struct sy_error *err);

/* switchyard.conf, which names the simulator's port. */
int sy_demo_write_conf(struct sy_demo *d, struct sy_error *err);

/* lighttpd.conf; its path in *path. */
int sy_demo_write_server(struct sy_demo *d, const char **path, struct sy_error *err);

/* --- ctl_demo_history.c ----------------------------------------------------------------- */

/* Fills an empty ledger; the number of requests it then has. */
int64_t sy_demo_history(struct sy_demo *d, struct sy_error *err);

/* --- ctl_demo_traffic.c ----------------------------------------------------------------- */

/* Sends two requests a second to the port until it is ended; in a process of its own. */
_Noreturn void sy_demo_traffic(int port);

#endif
