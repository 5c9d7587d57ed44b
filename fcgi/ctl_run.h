/*
 * ctl_run.h - the functions behind the rows of ctl_table.c, by the file they are in.
 *
 * Each returns an enum sy_exit and has told what went wrong.
 */
#ifndef SY_FCGI_CTL_RUN_H
#define SY_FCGI_CTL_RUN_H

struct sy_cli;

/* ctl_config.c */
int sy_run_check(struct sy_cli *cli);
int sy_run_diff(struct sy_cli *cli);
int sy_run_apply(struct sy_cli *cli);
int sy_run_rollback(struct sy_cli *cli);
int sy_run_history(struct sy_cli *cli);
int sy_run_export(struct sy_cli *cli);
int sy_run_show(struct sy_cli *cli);

/* ctl_chat.c */
int sy_run_chat(struct sy_cli *cli);

/* ctl_demo.c */
int sy_run_demo(struct sy_cli *cli);

/* ctl_doctor.c */
int sy_run_doctor(struct sy_cli *cli);

/* ctl_help.c */
int sy_run_help(struct sy_cli *cli);
int sy_run_version(struct sy_cli *cli);

/* ctl_init.c */
int sy_run_init(struct sy_cli *cli);

/* ctl_key.c */
int sy_run_key_create(struct sy_cli *cli);
int sy_run_key_rotate(struct sy_cli *cli);
int sy_run_key_revoke(struct sy_cli *cli);
int sy_run_key_list(struct sy_cli *cli);
int sy_run_key_show(struct sy_cli *cli);
int sy_run_secret_set(struct sy_cli *cli);
int sy_run_secret_rm(struct sy_cli *cli);
int sy_run_secret_list(struct sy_cli *cli);
int sy_run_secret_check(struct sy_cli *cli);

/* ctl_look.c */
int sy_run_providers(struct sy_cli *cli);
int sy_run_status(struct sy_cli *cli);
int sy_run_models(struct sy_cli *cli);
int sy_run_provider_drain(struct sy_cli *cli);
int sy_run_provider_resume(struct sy_cli *cli);
int sy_run_provider_reset(struct sy_cli *cli);

/* ctl_model.c */
int sy_run_model_import(struct sy_cli *cli);

/* ctl_route.c */
int sy_run_route(struct sy_cli *cli);

/* ctl_selftest.c */
int sy_run_selftest(struct sy_cli *cli);

/* ctl_spend.c */
int sy_run_spend(struct sy_cli *cli);
int sy_run_requests(struct sy_cli *cli);
int sy_run_request(struct sy_cli *cli);

/* ctl_store.c */
int sy_run_store_stat(struct sy_cli *cli);
int sy_run_store_verify(struct sy_cli *cli);
int sy_run_store_rebuild(struct sy_cli *cli);
int sy_run_store_tick(struct sy_cli *cli);
int sy_run_ui_link(struct sy_cli *cli);

#endif
