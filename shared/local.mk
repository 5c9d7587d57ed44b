noinst_LIBRARIES += libswitchyard.a
libswitchyard_a_SOURCES =

libswitchyard_a_SOURCES += \
	shared/base/arena.c shared/base/arena.h \
	shared/base/buf.c shared/base/buf.h \
	shared/base/clock.c shared/base/clock.h \
	shared/base/decimal.c shared/base/decimal.h \
	shared/base/error.c shared/base/error.h \
	shared/base/eventstream.c shared/base/eventstream.h \
	shared/base/file.c shared/base/file.h \
	shared/base/framing.c shared/base/framing.h \
	shared/base/http.c shared/base/http.h \
	shared/base/id.c shared/base/id.h \
	shared/base/json.c shared/base/json.h \
	shared/base/log.c shared/base/log.h \
	shared/base/multipart.c shared/base/multipart.h \
	shared/base/record.h \
	shared/base/scan.c shared/base/scan.h \
	shared/base/sse.c shared/base/sse.h \
	shared/base/text.c shared/base/text.h \
	shared/base/walk.c shared/base/walk.h \
	shared/base/word.c shared/base/word.h \
	shared/base/zone.c shared/base/zone.h

libswitchyard_a_SOURCES += \
	shared/model/answer.c shared/model/answer.h \
	shared/model/ask.h \
	shared/model/attempt.h \
	shared/model/chat.h \
	shared/model/config.c shared/model/config.h \
	shared/model/embed.h \
	shared/model/event.h \
	shared/model/health.c shared/model/health.h \
	shared/model/quirks.c shared/model/quirks.h \
	shared/model/rerank.h \
	shared/model/task.c shared/model/task.h \
	shared/model/usage.c shared/model/usage.h \
	shared/model/words.c shared/model/words.h

libswitchyard_a_SOURCES += \
	shared/config/blob.c \
	shared/config/blocks.c \
	shared/config/catalogue.c \
	shared/config/catalogue_print.c \
	shared/config/check.c \
	shared/config/compile.c \
	shared/config/config_file.c shared/config/config_file.h \
	shared/config/draft.h \
	shared/config/feed.c shared/config/feed.h \
	shared/config/feed_litellm.c \
	shared/config/feed_models_dev.c \
	shared/config/feed_openrouter.c \
	shared/config/feed_part.h \
	shared/config/findings.c \
	shared/config/link.c \
	shared/config/option.c shared/config/option.h \
	shared/config/option_rows.c \
	shared/config/parse.c shared/config/parse.h \
	shared/config/print.c \
	shared/config/root.c shared/config/root.h \
	shared/config/secret.c shared/config/secret.h \
	shared/config/source.c shared/config/source.h \
	shared/config/tiers.c

libswitchyard_a_SOURCES += \
	shared/dialect/adapter.h \
	shared/dialect/anthropic.h \
	shared/dialect/anthropic_blame.c shared/dialect/anthropic_blame.h \
	shared/dialect/anthropic_blocks.c \
	shared/dialect/anthropic_build.c shared/dialect/anthropic_build.h \
	shared/dialect/anthropic_content.c shared/dialect/anthropic_content.h \
	shared/dialect/anthropic_names.c shared/dialect/anthropic_names.h \
	shared/dialect/anthropic_out.c \
	shared/dialect/anthropic_plan.c shared/dialect/anthropic_plan.h \
	shared/dialect/anthropic_read.c shared/dialect/anthropic_read.h \
	shared/dialect/anthropic_schema.c shared/dialect/anthropic_schema.h \
	shared/dialect/anthropic_splice.c shared/dialect/anthropic_splice.h \
	shared/dialect/anthropic_tools.c \
	shared/dialect/anthropic_turns.c shared/dialect/anthropic_turns.h \
	shared/dialect/anthropic_usage.c shared/dialect/anthropic_usage.h \
	shared/dialect/anthropic_write.h \
	shared/dialect/arguments.c shared/dialect/arguments.h \
	shared/dialect/bedrock.h \
	shared/dialect/bedrock_blame.c shared/dialect/bedrock_blame.h \
	shared/dialect/bedrock_blocks.c \
	shared/dialect/bedrock_build.c \
	shared/dialect/bedrock_content.c shared/dialect/bedrock_content.h \
	shared/dialect/bedrock_family.c shared/dialect/bedrock_family.h \
	shared/dialect/bedrock_invoke.c \
	shared/dialect/bedrock_media.c \
	shared/dialect/bedrock_out.c \
	shared/dialect/bedrock_read.c shared/dialect/bedrock_read.h \
	shared/dialect/bedrock_write.h \
	shared/dialect/blame.c shared/dialect/blame.h \
	shared/dialect/calls.c shared/dialect/calls.h \
	shared/dialect/claude.c shared/dialect/claude.h \
	shared/dialect/cohere.h \
	shared/dialect/cohere_blame.c \
	shared/dialect/cohere_build.c shared/dialect/cohere_build.h \
	shared/dialect/cohere_out.c \
	shared/dialect/cohere_read.c \
	shared/dialect/cohere_tasks.c \
	shared/dialect/cohere_turns.c \
	shared/dialect/edit.c shared/dialect/edit.h \
	shared/dialect/embed.c shared/dialect/embed.h \
	shared/dialect/fields.c shared/dialect/fields.h \
	shared/dialect/gemini.h \
	shared/dialect/gemini_blame.c \
	shared/dialect/gemini_build.c \
	shared/dialect/gemini_content.c shared/dialect/gemini_content.h \
	shared/dialect/gemini_embed.c \
	shared/dialect/gemini_generate.h \
	shared/dialect/gemini_generate_contents.c \
	shared/dialect/gemini_generate_in.c \
	shared/dialect/gemini_generate_out.c \
	shared/dialect/gemini_generate_parts.c \
	shared/dialect/gemini_generate_read.c \
	shared/dialect/gemini_generate_seal.c \
	shared/dialect/gemini_generate_types.c \
	shared/dialect/gemini_grounding.c \
	shared/dialect/gemini_models.c shared/dialect/gemini_models.h \
	shared/dialect/gemini_names.c \
	shared/dialect/gemini_out.c \
	shared/dialect/gemini_parts.c \
	shared/dialect/gemini_plan.c shared/dialect/gemini_plan.h \
	shared/dialect/gemini_read.c \
	shared/dialect/gemini_schema.c shared/dialect/gemini_schema.h \
	shared/dialect/gemini_splice.c \
	shared/dialect/gemini_tools.c \
	shared/dialect/gemini_turns.c shared/dialect/gemini_turns.h \
	shared/dialect/gemini_usage.c shared/dialect/gemini_usage.h \
	shared/dialect/gemini_write.h \
	shared/dialect/legal.c shared/dialect/legal.h \
	shared/dialect/media.c shared/dialect/media.h \
	shared/dialect/messages.h \
	shared/dialect/messages_ask.c \
	shared/dialect/messages_error.c \
	shared/dialect/messages_fields.h \
	shared/dialect/messages_members.c \
	shared/dialect/messages_read.c \
	shared/dialect/messages_stream.c \
	shared/dialect/messages_turns.c \
	shared/dialect/messages_whole.c \
	shared/dialect/notes.c shared/dialect/notes.h \
	shared/dialect/openai.h \
	shared/dialect/openai_blame.c \
	shared/dialect/openai_build.c \
	shared/dialect/openai_chat.h \
	shared/dialect/openai_chat_in.c \
	shared/dialect/openai_chat_members.c shared/dialect/openai_chat_members.h \
	shared/dialect/openai_chat_read.c \
	shared/dialect/openai_chat_stream.c \
	shared/dialect/openai_chat_whole.c \
	shared/dialect/openai_choice.c \
	shared/dialect/openai_completions.c \
	shared/dialect/openai_decode.c shared/dialect/openai_decode.h \
	shared/dialect/openai_delta.c \
	shared/dialect/openai_embed.c \
	shared/dialect/openai_messages.c \
	shared/dialect/openai_names.c \
	shared/dialect/openai_out.c \
	shared/dialect/openai_splice.c \
	shared/dialect/openai_task.c shared/dialect/openai_task.h \
	shared/dialect/openai_task_in.c \
	shared/dialect/openai_turns.c shared/dialect/openai_turns.h \
	shared/dialect/openai_usage.c \
	shared/dialect/parts.c shared/dialect/parts.h \
	shared/dialect/registry.c \
	shared/dialect/rerank.h \
	shared/dialect/rerank_in.c shared/dialect/rerank_out.c shared/dialect/rerank_read.c \
	shared/dialect/responses.h \
	shared/dialect/responses_in.c \
	shared/dialect/responses_items.c \
	shared/dialect/responses_kept.c \
	shared/dialect/responses_object.c \
	shared/dialect/responses_output.c \
	shared/dialect/responses_read.c \
	shared/dialect/responses_stream.c \
	shared/dialect/schema.c shared/dialect/schema.h \
	shared/dialect/schema_input.c \
	shared/dialect/seal.c shared/dialect/seal.h \
	shared/dialect/stopwatch.c shared/dialect/stopwatch.h \
	shared/dialect/surface.h \
	shared/dialect/task.c shared/dialect/task.h \
	shared/dialect/think.c shared/dialect/think.h \
	shared/dialect/transfer.c shared/dialect/transfer.h \
	shared/dialect/translate.c shared/dialect/translate.h \
	shared/dialect/undo.c shared/dialect/undo.h \
	shared/dialect/vector.c shared/dialect/vector.h \
	shared/dialect/wish.c shared/dialect/wish.h

libswitchyard_a_SOURCES += \
	shared/net/exchange.c shared/net/exchange.h \
	shared/net/fetch.c shared/net/fetch.h \
	shared/net/head.c shared/net/head.h \
	shared/net/multi.c shared/net/multi.h \
	shared/net/sigv4.c shared/net/sigv4.h

libswitchyard_a_SOURCES += \
	shared/route/plan.c shared/route/plan.h

libswitchyard_a_SOURCES += \
	shared/store/book.c shared/store/book.h \
	shared/store/cells.c shared/store/cells.h \
	shared/store/expire.c \
	shared/store/filing.c shared/store/filing.h \
	shared/store/fold.c \
	shared/store/folder.c \
	shared/store/gate.c shared/store/gate.h \
	shared/store/handles.h \
	shared/store/kept.c shared/store/kept.h \
	shared/store/keys.c shared/store/keys.h \
	shared/store/ledger.c shared/store/ledger.h \
	shared/store/limits.c shared/store/limits.h \
	shared/store/live.c shared/store/live.h \
	shared/store/names.c shared/store/names.h \
	shared/store/pack.c shared/store/pack.h \
	shared/store/rebuild.c shared/store/rebuild.h \
	shared/store/rollup.c shared/store/rollup.h \
	shared/store/rows.c shared/store/rows.h \
	shared/store/schema.c shared/store/schema.h \
	shared/store/session.c shared/store/session.h \
	shared/store/store.c shared/store/store.h \
	shared/store/sums.c shared/store/sums.h \
	shared/store/sweep.c \
	shared/store/turn.c shared/store/turn.h \
	shared/store/upkeep.h \
	shared/store/verify.c

libswitchyard_a_SOURCES += \
	shared/relay/account.c \
	shared/relay/attempt.c \
	shared/relay/blame.c \
	shared/relay/engine.h \
	shared/relay/keep.c \
	shared/relay/models.c \
	shared/relay/parameters.c shared/relay/parameters.h \
	shared/relay/relay.c shared/relay/relay.h \
	shared/relay/reply.c \
	shared/relay/request.c \
	shared/relay/retry.c shared/relay/retry.h \
	shared/relay/sign.c \
	shared/relay/turns.c shared/relay/turns.h \
	shared/relay/wishes.c shared/relay/wishes.h

libswitchyard_a_SOURCES += \
	shared/ops/breakdown.c shared/ops/breakdown.h \
	shared/ops/op_config.c shared/ops/op_config.h \
	shared/ops/op_import.c shared/ops/op_import.h \
	shared/ops/op_key.c shared/ops/op_key.h \
	shared/ops/op_provider.c shared/ops/op_provider.h \
	shared/ops/op_secret.c shared/ops/op_secret.h \
	shared/ops/op_status.c shared/ops/op_status.h \
	shared/ops/ops.c shared/ops/ops.h \
	shared/ops/period.c shared/ops/period.h

# What a program that uses the whole library links; the first names are the archive's needs.
SY_LIBS = libswitchyard.a $(EV_LIBS) $(CURL_LIBS) $(JSON_LIBS) $(LMDB_LIBS) \
	$(CONFUSE_LIBS) $(CSV_LIBS) $(SODIUM_LIBS) -lm
