/*
 * ctl_run.h - the functions behind the rows of ctl_table.c, by the file they are in.
 *
 * Each returns an enum sy_exit and has told what went wrong.
 */
#ifndef SY_FCGI_CTL_RUN_H
#define SY_FCGI_CTL_RUN_H

struct sy_cli;

/* ctl_help.c */
int sy_run_help(struct sy_cli *cli);
int sy_run_version(struct sy_cli *cli);

#endif
