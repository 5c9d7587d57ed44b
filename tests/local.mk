# Unit programs: one a folder of shared/, one suite a file.
if HAVE_CUNIT
TESTS += tests/unit/base/base_test
check_PROGRAMS += tests/unit/base/base_test
tests_unit_base_base_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/base/arena_test.c tests/unit/base/buf_test.c \
	tests/unit/base/decimal_test.c tests/unit/base/error_test.c tests/unit/base/eventstream_test.c \
	tests/unit/base/id_test.c \
	tests/unit/base/json_test.c tests/unit/base/multipart_test.c tests/unit/base/scan_test.c \
	tests/unit/base/sse_test.c tests/unit/base/suites.c tests/unit/base/text_test.c \
	tests/unit/base/zone_test.c
tests_unit_base_base_test_LDADD = $(SY_LIBS) -lcunit

TESTS += tests/unit/config/config_test
check_PROGRAMS += tests/unit/config/config_test
tests_unit_config_config_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/config/apply_test.c tests/unit/config/bad_test.c \
	tests/unit/config/blob_test.c tests/unit/config/catalogue_test.c \
	tests/unit/config/docs_test.c tests/unit/config/feed_test.c \
	tests/unit/config/option_test.c tests/unit/config/packaged_test.c \
	tests/unit/config/read_test.c tests/unit/config/root_test.c \
	tests/unit/config/secret_test.c \
	tests/unit/config/suites.c \
	tests/unit/config/world.c tests/unit/config/world.h
tests_unit_config_config_test_LDADD = $(SY_LIBS) -lcunit

TESTS += tests/unit/dialect/dialect_test
check_PROGRAMS += tests/unit/dialect/dialect_test
tests_unit_dialect_dialect_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/dialect/anthropic_names_test.c \
	tests/unit/dialect/anthropic_schema_test.c \
	tests/unit/dialect/anthropic_usage_test.c \
	tests/unit/dialect/blame_test.c tests/unit/dialect/fields_test.c \
	tests/unit/dialect/gemini_test.c \
	tests/unit/dialect/media_test.c \
	tests/unit/dialect/messages_error_test.c \
	tests/unit/dialect/openai_ask_test.c tests/unit/dialect/openai_blame_test.c \
	tests/unit/dialect/translate_test.c tests/unit/dialect/vector_test.c \
	tests/unit/dialect/seal_test.c \
	tests/unit/dialect/stopwatch_test.c tests/unit/dialect/suites.c
tests_unit_dialect_dialect_test_LDADD = $(SY_LIBS) -lcunit

TESTS += tests/unit/model/model_test
check_PROGRAMS += tests/unit/model/model_test
tests_unit_model_model_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/model/answer_test.c \
	tests/unit/model/config_test.c tests/unit/model/health_test.c \
	tests/unit/model/suites.c tests/unit/model/usage_test.c
tests_unit_model_model_test_LDADD = $(SY_LIBS) -lcunit

TESTS += tests/unit/relay/relay_test
check_PROGRAMS += tests/unit/relay/relay_test
tests_unit_relay_relay_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/relay/retry_test.c tests/unit/relay/suites.c
tests_unit_relay_relay_test_LDADD = $(SY_LIBS) -lcunit

TESTS += tests/unit/route/route_test
check_PROGRAMS += tests/unit/route/route_test
tests_unit_route_route_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/route/plan_test.c tests/unit/route/suites.c
tests_unit_route_route_test_LDADD = $(SY_LIBS) -lcunit

TESTS += tests/unit/ctl/ctl_test
check_PROGRAMS += tests/unit/ctl/ctl_test
tests_unit_ctl_ctl_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	fcgi/ctl_print.c fcgi/ctl_value.c \
	tests/unit/ctl/print_test.c tests/unit/ctl/suites.c
tests_unit_ctl_ctl_test_LDADD = $(SY_LIBS) -lcunit

TESTS += tests/unit/net/net_test
check_PROGRAMS += tests/unit/net/net_test
tests_unit_net_net_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/net/fetch_test.c tests/unit/net/server.c tests/unit/net/server.h \
	tests/unit/net/sigv4_test.c tests/unit/net/suites.c tests/unit/net/tls_test.c
tests_unit_net_net_test_LDADD = $(SY_LIBS) -lcunit

TESTS += tests/unit/fcgi/fcgi_test
check_PROGRAMS += tests/unit/fcgi/fcgi_test
tests_unit_fcgi_fcgi_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/double/relay.c \
	tests/unit/fcgi/cgi_test.c \
	tests/unit/fcgi/connection_test.c \
	tests/unit/fcgi/endpoint_test.c \
	tests/unit/fcgi/meta_test.c \
	tests/unit/fcgi/records_test.c \
	tests/unit/fcgi/suites.c \
	tests/unit/fcgi/web.c tests/unit/fcgi/web.h
tests_unit_fcgi_fcgi_test_LDADD = libedge.a $(SY_LIBS) -lcunit

TESTS += tests/unit/sim/sim_test
check_PROGRAMS += tests/unit/sim/sim_test
tests_unit_sim_sim_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/sim/ask_test.c tests/unit/sim/http_test.c \
	tests/unit/sim/schema_test.c tests/unit/sim/step_test.c \
	tests/unit/sim/suites.c \
	fcgi/sim/ask.c fcgi/sim/converse.c fcgi/sim/generate.c fcgi/sim/http.c \
	fcgi/sim/schema.c fcgi/sim/step.c fcgi/sim/tree.c
tests_unit_sim_sim_test_LDADD = libswitchyard.a $(JSON_LIBS) $(SODIUM_LIBS) -lcunit
TESTS += tests/unit/store/store_test
check_PROGRAMS += tests/unit/store/store_test
tests_unit_store_store_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/store/book_test.c tests/unit/store/fold_test.c \
	tests/unit/store/gate_test.c tests/unit/store/kept_test.c tests/unit/store/keys_test.c \
	tests/unit/store/kill_test.c tests/unit/store/ledger_test.c \
	tests/unit/store/limits_test.c tests/unit/store/race_test.c \
	tests/unit/store/rollup_test.c tests/unit/store/rows_test.c \
	tests/unit/store/scratch.c tests/unit/store/scratch.h \
	tests/unit/store/session_test.c tests/unit/store/store_test.c \
	tests/unit/store/suites.c tests/unit/store/turn_test.c \
	tests/unit/store/upkeep_test.c
tests_unit_store_store_test_LDADD = $(SY_LIBS) -lcunit

EXTRA_PROGRAMS += tests/unit/store/turn_bench
tests_unit_store_turn_bench_SOURCES = \
	tests/unit/store/turn_bench.c \
	tests/unit/store/scratch.c tests/unit/store/scratch.h
tests_unit_store_turn_bench_LDADD = $(SY_LIBS) -lcunit
endif

# End to end: whole programs, driven from outside.
TESTS += tests/drive/sim.sh
EXTRA_DIST += tests/drive/sim.sh tests/drive/sim_exchanges.py
TESTS += tests/drive/cli.sh tests/drive/demo.sh tests/check-docs.sh
TESTS += tests/check-checklists.sh
EXTRA_DIST += tests/check-checklists.sh tests/checklists
EXTRA_DIST += tests/drive/cli.sh tests/drive/demo.sh tests/check-docs.sh

TESTS += tests/drive/selftest.sh
EXTRA_DIST += tests/drive/selftest.sh

TESTS += tests/drive/browser.sh
EXTRA_DIST += tests/drive/browser.sh \
	tests/browser/.npmrc tests/browser/package.json tests/browser/package-lock.json \
	tests/browser/browser.mjs tests/browser/fixture.mjs tests/browser/history.mjs \
	tests/browser/overview.test.mjs tests/browser/signin.test.mjs \
	tests/browser/states.test.mjs tests/browser/static.test.mjs

clean-local: clean-browser
clean-browser:
	rm -rf tests/browser-run
.PHONY: clean-browser

if HAVE_CUNIT
TESTS += tests/unit/ops/ops_test
check_PROGRAMS += tests/unit/ops/ops_test
tests_unit_ops_ops_test_SOURCES = \
	tests/unit/suites.h tests/unit/main.c \
	tests/unit/config/world.c tests/unit/config/world.h \
	tests/unit/ops/import_test.c \
	tests/unit/ops/period_test.c tests/unit/ops/suites.c
tests_unit_ops_ops_test_LDADD = $(SY_LIBS) -lcunit
endif
# The worker with a relay that plays the double: what web servers make of requests is tested
# without providers.
check_PROGRAMS += tests/double/worker
tests_double_worker_SOURCES = \
	fcgi/main.c tests/double/relay.c
tests_double_worker_LDADD = libedge.a libswitchyard.a $(EV_LIBS) $(JSON_LIBS) $(SODIUM_LIBS) -lm

TESTS += tests/drive/edge.sh
EXTRA_DIST += tests/drive/edge.sh tests/drive/edge.py tests/drive/webserver.py
TESTS += tests/drive/recipes.sh
EXTRA_DIST += tests/drive/recipes.sh tests/drive/recipes.py

# The whole gateway, through lighttpd: what rig.py starts, wire.py asks and ledger_dump tells.
check_PROGRAMS += tests/drive/ledger_dump
tests_drive_ledger_dump_SOURCES = tests/drive/ledger_dump.c
tests_drive_ledger_dump_LDADD = $(SY_LIBS)
EXTRA_DIST += tests/drive/rig.py tests/drive/wire.py

# script/bench; no part of make check.
EXTRA_PROGRAMS += tests/bench/load tests/bench/trivial tests/bench/unrecorded
tests_bench_load_SOURCES = tests/bench/load.c
tests_bench_load_LDADD = $(EV_LIBS)
tests_bench_trivial_SOURCES = tests/bench/trivial.c
tests_bench_trivial_LDADD = $(FCGI_LIBS)
tests_bench_unrecorded_SOURCES = fcgi/main.c tests/double/turns.c
tests_bench_unrecorded_LDADD = libedge.a $(SY_LIBS)
EXTRA_DIST += tests/bench/bench.py tests/bench/measure.py tests/bench/peers.py tests/bench/tls.py \
	script/bench


SY_WHOLE_TESTS = \
	tests/drive/catalogue.py tests/drive/cgi_same.py tests/drive/exchanges_e2e.py tests/drive/failover.py \
	tests/drive/kill.py tests/drive/moments.py \
	tests/drive/outage.py tests/drive/responses.py tests/drive/serve.py \
	tests/drive/signed.py tests/drive/tasks.py
TESTS += $(SY_WHOLE_TESTS)
EXTRA_DIST += $(SY_WHOLE_TESTS)

# The clients that people use, as npm and PyPI have them, unmodified, through the whole gateway.
SY_CLIENT_TESTS = \
	tests/drive/frameworks.py tests/drive/sdk.py tests/drive/sdk_anthropic.py \
	tests/drive/sdk_genai.py tests/drive/sdk_responses.py tests/drive/sdk_tasks.py
TESTS += $(SY_CLIENT_TESTS)
EXTRA_DIST += $(SY_CLIENT_TESTS) tests/drive/anthropic tests/drive/frameworks tests/drive/genai \
	tests/drive/sdk tests/drive/sdk_tasks

# Fuzz targets: a program each, which `make check` runs over its seeds.  With libFuzzer
# (--enable-fuzzing, clang) the same program fuzzes; see script/fuzz.
if FUZZING
SY_FUZZ_MAIN =
SY_FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
else
SY_FUZZ_MAIN = tests/fuzz/main.c
SY_FUZZ_LINK = $(AM_LDFLAGS)
endif
SY_FUZZ_COMMON = $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h tests/fuzz/contract.c tests/fuzz/contract.h
SY_FUZZ_STREAM = $(SY_FUZZ_COMMON) tests/fuzz/stream.c tests/fuzz/stream.h

SY_FUZZ_TARGETS = \
	tests/fuzz/fuzz_anthropic_build \
	tests/fuzz/fuzz_anthropic_feed tests/fuzz/fuzz_anthropic_parse \
	tests/fuzz/fuzz_bedrock_build \
	tests/fuzz/fuzz_bedrock_feed tests/fuzz/fuzz_bedrock_parse \
	tests/fuzz/fuzz_catalogue tests/fuzz/fuzz_feed \
	tests/fuzz/fuzz_cohere_feed tests/fuzz/fuzz_cohere_parse \
	tests/fuzz/fuzz_config_blob tests/fuzz/fuzz_config_text \
	tests/fuzz/fuzz_eventstream \
	tests/fuzz/fuzz_gemini_build \
	tests/fuzz/fuzz_gemini_feed tests/fuzz/fuzz_gemini_parse \
	tests/fuzz/fuzz_gemini_generate \
	tests/fuzz/fuzz_openai_feed tests/fuzz/fuzz_openai_parse \
	tests/fuzz/fuzz_messages_request tests/fuzz/fuzz_messages_stream \
	tests/fuzz/fuzz_openai_request tests/fuzz/fuzz_responses \
	tests/fuzz/fuzz_multipart tests/fuzz/fuzz_scan tests/fuzz/fuzz_sse tests/fuzz/fuzz_task \
	tests/fuzz/fuzz_translate
check_PROGRAMS += $(SY_FUZZ_TARGETS)
TESTS += tests/fuzz/seeds.sh
EXTRA_DIST += tests/fuzz/seeds.sh tests/fuzz/seeds tests/fuzz/main.c

tests_fuzz_fuzz_bedrock_build_SOURCES = tests/fuzz/fuzz_bedrock_build.c $(SY_FUZZ_COMMON)
tests_fuzz_fuzz_bedrock_build_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_bedrock_build_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_bedrock_feed_SOURCES = tests/fuzz/fuzz_bedrock_feed.c $(SY_FUZZ_COMMON)
tests_fuzz_fuzz_bedrock_feed_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_bedrock_feed_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_bedrock_parse_SOURCES = tests/fuzz/fuzz_bedrock_parse.c $(SY_FUZZ_COMMON)
tests_fuzz_fuzz_bedrock_parse_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_bedrock_parse_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_catalogue_SOURCES = tests/fuzz/fuzz_catalogue.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_catalogue_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_catalogue_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_feed_SOURCES = tests/fuzz/fuzz_feed.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_feed_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_feed_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_config_blob_SOURCES = tests/fuzz/fuzz_config_blob.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_config_blob_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_config_blob_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_config_text_SOURCES = tests/fuzz/fuzz_config_text.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_config_text_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_config_text_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_anthropic_build_SOURCES = tests/fuzz/fuzz_anthropic_build.c $(SY_FUZZ_COMMON)
tests_fuzz_fuzz_anthropic_build_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_anthropic_build_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_anthropic_feed_SOURCES = tests/fuzz/fuzz_anthropic_feed.c $(SY_FUZZ_STREAM)
tests_fuzz_fuzz_anthropic_feed_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_anthropic_feed_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_anthropic_parse_SOURCES = tests/fuzz/fuzz_anthropic_parse.c $(SY_FUZZ_COMMON)
tests_fuzz_fuzz_anthropic_parse_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_anthropic_parse_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_cohere_feed_SOURCES = tests/fuzz/fuzz_cohere_feed.c $(SY_FUZZ_STREAM)
tests_fuzz_fuzz_cohere_feed_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_cohere_feed_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_cohere_parse_SOURCES = tests/fuzz/fuzz_cohere_parse.c $(SY_FUZZ_COMMON)
tests_fuzz_fuzz_cohere_parse_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_cohere_parse_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_gemini_build_SOURCES = tests/fuzz/fuzz_gemini_build.c $(SY_FUZZ_COMMON)
tests_fuzz_fuzz_gemini_build_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_gemini_build_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_gemini_feed_SOURCES = tests/fuzz/fuzz_gemini_feed.c $(SY_FUZZ_STREAM)
tests_fuzz_fuzz_gemini_feed_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_gemini_feed_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_gemini_parse_SOURCES = tests/fuzz/fuzz_gemini_parse.c $(SY_FUZZ_COMMON)
tests_fuzz_fuzz_gemini_parse_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_gemini_parse_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_gemini_generate_SOURCES = tests/fuzz/fuzz_gemini_generate.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_gemini_generate_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_gemini_generate_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_openai_feed_SOURCES = tests/fuzz/fuzz_openai_feed.c $(SY_FUZZ_STREAM)
tests_fuzz_fuzz_openai_feed_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_openai_feed_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_openai_parse_SOURCES = tests/fuzz/fuzz_openai_parse.c $(SY_FUZZ_COMMON)
tests_fuzz_fuzz_openai_parse_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_openai_parse_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_messages_request_SOURCES = tests/fuzz/fuzz_messages_request.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_messages_request_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_messages_request_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_messages_stream_SOURCES = tests/fuzz/fuzz_messages_stream.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_messages_stream_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_messages_stream_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_openai_request_SOURCES = tests/fuzz/fuzz_openai_request.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_openai_request_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_openai_request_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_responses_SOURCES = tests/fuzz/fuzz_responses.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_responses_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_responses_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_scan_SOURCES = tests/fuzz/fuzz_scan.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_scan_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_scan_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_eventstream_SOURCES = \
	tests/fuzz/fuzz_eventstream.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_eventstream_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_eventstream_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_sse_SOURCES = tests/fuzz/fuzz_sse.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_sse_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_sse_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_multipart_SOURCES = tests/fuzz/fuzz_multipart.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_multipart_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_multipart_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_task_SOURCES = tests/fuzz/fuzz_task.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_task_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_task_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_translate_SOURCES = tests/fuzz/fuzz_translate.c $(SY_FUZZ_MAIN) tests/fuzz/fuzz.h
tests_fuzz_fuzz_translate_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_translate_LDFLAGS = $(SY_FUZZ_LINK)

SY_FUZZ_EDGE_TARGETS = tests/fuzz/fuzz_fastcgi tests/fuzz/fuzz_head
check_PROGRAMS += $(SY_FUZZ_EDGE_TARGETS)
tests_fuzz_fuzz_fastcgi_SOURCES = tests/fuzz/fuzz_fastcgi.c tests/fuzz/fuzz.h $(SY_FUZZ_MAIN)
tests_fuzz_fuzz_fastcgi_LDADD = libedge.a $(SY_LIBS)
tests_fuzz_fuzz_fastcgi_LDFLAGS = $(SY_FUZZ_LINK)
tests_fuzz_fuzz_head_SOURCES = tests/fuzz/fuzz_head.c tests/fuzz/fuzz.h $(SY_FUZZ_MAIN)
tests_fuzz_fuzz_head_LDADD = $(SY_LIBS)
tests_fuzz_fuzz_head_LDFLAGS = $(SY_FUZZ_LINK)

# What providers really answered, and cases by hand: tests/golden.
TESTS += tests/golden/exchanges.py tests/golden/requests.py tests/golden/tasks.py
check_PROGRAMS += tests/golden/replay
EXTRA_DIST += tests/golden/exchanges.py tests/golden/requests.py tests/golden/tasks.py
TESTS += tests/golden/exchanges_responses.py
EXTRA_DIST += tests/golden/exchanges_responses.py
tests_golden_replay_SOURCES = tests/golden/replay.c tests/golden/trial.c tests/golden/trial.h
tests_golden_replay_LDADD = $(SY_LIBS)

# Cases by hand, a folder each: golden.c says what is in it.
TESTS += tests/golden/golden
check_PROGRAMS += tests/golden/golden
EXTRA_DIST += tests/golden/anthropic tests/golden/cohere tests/golden/embeddings tests/golden/gemini tests/golden/openai
EXTRA_DIST += tests/golden/openai-responses
EXTRA_DIST += tests/golden/gemini-generate
EXTRA_DIST += tests/golden/messages
EXTRA_DIST += tests/golden/completions tests/golden/rerank tests/golden/tasks
tests_golden_golden_SOURCES = tests/golden/golden.c tests/golden/trial.c tests/golden/trial.h
tests_golden_golden_LDADD = $(SY_LIBS)
