pkglibexecdir = $(libexecdir)/switchyard
pkglibexec_PROGRAMS =

# The simulated provider: upstream of demo, end-to-end tests and benchmarks.
pkglibexec_PROGRAMS += switchyard-sim
dist_man_MANS += fcgi/sim/switchyard-sim.8
switchyard_sim_SOURCES = \
	fcgi/sim/answer.c fcgi/sim/answer.h \
	fcgi/sim/anthropic.c \
	fcgi/sim/ask.c fcgi/sim/ask.h \
	fcgi/sim/attempts.c fcgi/sim/attempts.h \
	fcgi/sim/bedrock.c \
	fcgi/sim/cohere.c \
	fcgi/sim/control.c fcgi/sim/control.h \
	fcgi/sim/converse.c \
	fcgi/sim/dialect.c fcgi/sim/dialect.h \
	fcgi/sim/embed.c fcgi/sim/embed.h \
	fcgi/sim/exchange.c fcgi/sim/exchange.h \
	fcgi/sim/fault.c fcgi/sim/fault.h \
	fcgi/sim/gemini.c \
	fcgi/sim/generate.c \
	fcgi/sim/http.c fcgi/sim/http.h \
	fcgi/sim/legacy.c fcgi/sim/main.c fcgi/sim/openai.c \
	fcgi/sim/play.c fcgi/sim/play.h \
	fcgi/sim/reply.c fcgi/sim/reply.h \
	fcgi/sim/schema.c fcgi/sim/schema.h \
	fcgi/sim/serve.c fcgi/sim/serve.h \
	fcgi/sim/server.c fcgi/sim/server.h \
	fcgi/sim/signed.c fcgi/sim/signed.h \
	fcgi/sim/site.c fcgi/sim/site.h \
	fcgi/sim/step.c fcgi/sim/step.h \
	fcgi/sim/task.c \
	fcgi/sim/tree.c fcgi/sim/tree.h
switchyard_sim_LDADD = libswitchyard.a $(EV_LIBS) $(JSON_LIBS) $(SODIUM_LIBS) -lm

# The command line.
bin_PROGRAMS += switchyard
dist_man_MANS += fcgi/switchyard.8 fcgi/switchyard.conf.5 fcgi/switchyard.fcgi.8
switchyard_SOURCES = \
	fcgi/ctl.c fcgi/ctl.h \
	fcgi/ctl_answer.c fcgi/ctl_answer.h fcgi/ctl_args.c fcgi/ctl_chat.c fcgi/ctl_config.c \
	fcgi/ctl_demo.c fcgi/ctl_demo.h fcgi/ctl_demo_files.c \
	fcgi/ctl_demo_history.c fcgi/ctl_demo_traffic.c \
	fcgi/ctl_doctor.c fcgi/ctl_help.c fcgi/ctl_init.c fcgi/ctl_key.c fcgi/ctl_look.c \
	fcgi/ctl_model.c \
	fcgi/ctl_print.c fcgi/ctl_print.h \
	fcgi/ctl_programs.c fcgi/ctl_programs.h \
	fcgi/ctl_replay.c fcgi/ctl_replay.h fcgi/ctl_replay_read.c \
	fcgi/ctl_route.c fcgi/ctl_run.h fcgi/ctl_selftest.c fcgi/ctl_spend.c fcgi/ctl_store.c fcgi/ctl_table.c \
	fcgi/ctl_value.c fcgi/ctl_value.h
switchyard_LDADD = $(SY_LIBS)

# The edge: all of the gateway's worker but its main(), which stands beside a relay.
noinst_LIBRARIES += libedge.a
libedge_a_SOURCES = \
	fcgi/cgi.c fcgi/cgi.h \
	fcgi/connection.c fcgi/connection.h \
	fcgi/endpoint.c fcgi/endpoint.h \
	fcgi/meta.c fcgi/meta.h \
	fcgi/path.c fcgi/path.h \
	fcgi/records.c fcgi/records.h \
	fcgi/visit.c fcgi/visit.h \
	fcgi/worker.c fcgi/worker.h

# The dashboard's API.
pkglibexec_PROGRAMS += switchyard-admin.fcgi
switchyard_admin_fcgi_SOURCES = \
	fcgi/admin/answer.h \
	fcgi/admin/bars.c fcgi/admin/bars.h \
	fcgi/admin/common.c fcgi/admin/main.c fcgi/admin/meta.c \
	fcgi/admin/providers.c \
	fcgi/admin/session.c fcgi/admin/session.h \
	fcgi/admin/spend.c fcgi/admin/summary.c \
	fcgi/admin/web.c fcgi/admin/web.h
switchyard_admin_fcgi_LDADD = $(SY_LIBS) $(FCGI_LIBS)

# The gateway's worker.
pkglibexec_PROGRAMS += switchyard.fcgi
switchyard_fcgi_SOURCES = fcgi/main.c
switchyard_fcgi_LDADD = libedge.a $(SY_LIBS)
