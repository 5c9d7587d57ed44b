#include "world.h"

#include "base/arena.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char packaged[] =
    "provider openai {\n"
    "	label = OpenAI\n"
    "	dialect = openai\n"
    "	base = \"https://api.openai.com/v1\"\n"
    "	env = OPENAI_TEST_API_KEY\n"
    "	quirks { clean = yes max_completion_tokens = yes }\n"
    "}\n"
    "provider spare {\n"
    "	dialect = openai\n"
    "	base = \"https://spare.example/v1\"\n"
    "}\n";

static const char models[] =
    "model,provider,upstream,context,max_output,in,cache_read,cache_write,out,reasoning,caps,"
    "valid_from,source\n"
    "gpt-x,openai,gpt-x-2026,128000,16384,2.50,1.25,,10.00,,chat tools vision,2026-01-01,test\n"
    "small-1,openai,,128000,16384,0.15,0.075,,0.60,,chat tools,,test\n"
    "embed-1,openai,,8192,,0.02,,,,,embed,,test\n"
    "free-1,openai,,8192,,,,,,,chat,,test\n"
    "other-1,spare,,8192,,1,,,2,,chat,,test\n";

static void make_dir(struct world *w, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", w->dir, name);
	mkdir(path, 0700);
}

void world_make(struct world *w)
{
	static const char *const dirs[] = { "etc", "etc/conf.d", "etc/models.d",
		"etc/secrets", "share", "var" };
	const char *tmp = getenv("TMPDIR");

	memset(w, 0, sizeof(*w));
	snprintf(w->dir, sizeof(w->dir), "%.40s/sy-config-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(w->dir) == NULL)
		abort();
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		make_dir(w, dirs[i]);
	unsetenv("SWITCHYARD_DATADIR");
	unsetenv("OPENAI_TEST_API_KEY");
	world_puts(w, "share/providers.conf", packaged);
	world_puts(w, "share/models.csv", models);
	world_puts(w, "etc/secrets/openai", "sk-test-0000\n");
	w->arena = sy_arena_new();
	if (sy_root_find(w->dir, w->arena, &w->root, &w->err) < 0)
		abort();
}

static int drop_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void world_drop(struct world *w)
{
	nftw(w->dir, drop_one, 8, FTW_DEPTH | FTW_PHYS);
	sy_config_unref(w->config);
	sy_arena_free(w->arena);
}

void world_write(struct world *w, const char *name, const void *data, size_t len)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", w->dir, name);
	f = fopen(path, "w");
	if (f == NULL || fwrite(data, 1, len, f) != len || fclose(f) != 0)
		abort();
	chmod(path, 0600);
}

void world_puts(struct world *w, const char *name, const char *text)
{
	world_write(w, name, text, strlen(text));
}

int world_read(struct world *w)
{
	sy_config_unref(w->config);
	w->config = NULL;
	return sy_config_read(&w->root, w->arena, &w->findings, &w->config, &w->err);
}

const struct sy_finding *world_finding(const struct sy_findings *f, const char *part)
{
	for (size_t i = 0; i < f->count; i++)
		if (strstr(f->list[i].text, part) != NULL)
			return &f->list[i];
	return NULL;
}
