/*
 * main.c - runs a fuzz target over its seeds where there is no fuzzing engine.
 *
 * Arguments are files, or folders of them.  Fails when there was nothing to run.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t len = 0, room = 0, n;

	if (f == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
	do {
		room += 65536;
		data = realloc(data, room);
		if (data == NULL)
			exit(2);
		n = fread(data + len, 1, room - len, f);
		len += n;
	} while (n > 0);
	fclose(f);
	/* In a block of its own size, so that a sanitizer sees one byte too many. */
	data = realloc(data, len > 0 ? len : 1);
	LLVMFuzzerTestOneInput(data, len);
	free(data);
	return 1;
}

static int run(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[4096];
	int count = 0;

	if (dir == NULL)
		return run_file(path);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		count += run_file(name);
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += run(argv[i]);
	printf("%d seeds\n", count);
	return count == 0;
}
