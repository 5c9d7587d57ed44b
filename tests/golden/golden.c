/*
 * golden.c - walks the folders of tests/golden: a folder a dialect or surface, in it a folder a
 * case.
 *
 *	target      lines "name value", see trial.h; the dialect's own come first
 *	request     what the client sends; when there is none the dialect's own, else
 *	            {"model":"m","messages":[...]}
 *	sent        what the provider is sent
 *	answer      what the provider answers
 *	received    what the client reads, however the answer is cut
 *
 * `sent` and `received` are compared, and written anew when UPDATE is set in the environment:
 * run it so, and read the difference.
 */
#include "trial.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES (8 << 20)

static const char plain_request[] =
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],"
    "\"stream\":true,\"stream_options\":{\"include_usage\":true}}";

static bool updating;
static int cases, failures;

/* False when there is no such file. */
static bool read_file(const char *folder, const char *name, struct sy_buf *out)
{
	char path[4096], block[65536];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	sy_buf_init(out, FILE_BYTES);
	f = fopen(path, "rb");
	if (f == NULL)
		return false;
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		sy_buf_add(out, block, n);
	fclose(f);
	return true;
}

static void write_file(const char *folder, const char *name, const struct sy_buf *data)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(data->data, 1, data->len, f) != data->len ||
	    fclose(f) != 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
}

/* The lines of a target file; they are cut in place and stay where they are. */
static void apply(struct trial *t, const char *folder, struct sy_buf *target)
{
	char *rest = target->data, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *value = line;
		char *name = strsep(&value, " ");

		if (*name == '\0' || *name == '#')
			continue;
		if (value == NULL || !trial_set(t, name, value)) {
			fprintf(stderr, "%s/target: '%s' is nothing to set\n", folder,
			    name);
			exit(2);
		}
	}
}

static void compare(const char *folder, const char *name, const struct sy_buf *got,
    const char *how)
{
	struct sy_buf want;
	bool there = read_file(folder, name, &want);

	if (!there || want.len != got->len ||
	    memcmp(want.data, got->data, got->len) != 0) {
		printf("%s/%s differs%s:\n%s\n", folder, name, how,
		    got->data != NULL ? got->data : "");
		failures++;
	}
	sy_buf_release(&want);
}

static void check(const char *folder, const char *name, const struct sy_buf *got,
    const char *how)
{
	if (updating && *how == '\0')
		write_file(folder, name, got);
	else
		compare(folder, name, got, how);
}

static void check_answer(const char *folder, const struct trial *t)
{
	static const size_t pieces[] = { FILE_BYTES, 1, 7, 1000 };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		char how[64] = "";
		struct sy_buf got;

		if (i > 0)
			snprintf(how, sizeof(how), " when cut every %zu bytes",
			    pieces[i]);
		sy_buf_init(&got, FILE_BYTES);
		trial_receive(t, pieces[i], &got);
		check(folder, "received", &got, how);
		sy_buf_release(&got);
	}
}

static void check_request(const char *folder, const struct trial *t)
{
	struct sy_buf got;

	sy_buf_init(&got, FILE_BYTES);
	trial_send(t, &got);
	check(folder, "sent", &got, "");
	sy_buf_release(&got);
}

static void set_request(struct trial *t, const struct sy_buf *body)
{
	t->request = body->data != NULL ? body->data : "";
	t->request_len = body->len;
}

static void set_answer(struct trial *t, const struct sy_buf *answer)
{
	t->answer = answer->data != NULL ? answer->data : "";
	t->answer_len = answer->len;
}

static void run_case(const char *dialect_folder, const char *folder)
{
	struct sy_buf common, usual, target, request, answer, frames;
	struct trial t;
	bool asks;

	trial_init(&t);
	if (read_file(dialect_folder, "target", &common))
		apply(&t, dialect_folder, &common);
	if (read_file(folder, "target", &target))
		apply(&t, folder, &target);
	t.request = plain_request;
	t.request_len = strlen(plain_request);
	if (read_file(dialect_folder, "request", &usual))
		set_request(&t, &usual);
	if ((asks = read_file(folder, "request", &request))) {
		set_request(&t, &request);
		check_request(folder, &t);
	}
	sy_buf_init(&frames, FILE_BYTES);
	if (read_file(folder, "answer", &answer)) {
		if (trial_frames(&t, answer.data, answer.len, &frames)) {
			t.stream = true;
			set_answer(&t, &frames);
		} else {
			set_answer(&t, &answer);
		}
		/* Of an SSE stream these are the first bytes. */
		t.stream |= t.answer_len > 0 && strchr("ed:", t.answer[0]) != NULL;
		check_answer(folder, &t);
	}
	if (!asks && t.answer == NULL) {
		printf("%s has neither a request nor an answer\n", folder);
		failures++;
	}
	cases++;
	sy_buf_release(&common);
	sy_buf_release(&usual);
	sy_buf_release(&target);
	sy_buf_release(&request);
	sy_buf_release(&answer);
	sy_buf_release(&frames);
}

static int is_case(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

static void each_folder(const char *parent, void (*fn)(const char *, const char *))
{
	struct dirent **entries;
	int count = scandir(parent, &entries, is_case, alphasort);
	char path[4096];

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", parent, entries[i]->d_name);
		fn(parent, path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void run_dialect(const char *root, const char *folder)
{
	(void)root;
	each_folder(folder, run_case);
}

int main(void)
{
	const char *source = getenv("srcdir");
	char root[4096];

	updating = getenv("UPDATE") != NULL;
	snprintf(root, sizeof(root), "%s/tests/golden", source != NULL ? source : ".");
	each_folder(root, run_dialect);
	printf("%d cases, %d failures\n", cases, failures);
	return cases == 0 || failures > 0;
}
