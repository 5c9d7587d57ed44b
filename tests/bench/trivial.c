/*
 * trivial.c - the floor: a FastCGI responder that does nothing but answer.
 *
 * Threads on libfcgi's calls, as such programs are commonly written; each reads the body, as a
 * program that needs it would, and sends an answer as long as a small chat completion.
 */
#include <fcgiapp.h>

#include <pthread.h>
#include <string.h>

#define THREADS 64

static const char answer[] =
    "Status: 200 OK\r\nContent-Type: application/json\r\n\r\n"
    "{\"id\":\"chatcmpl-0\",\"object\":\"chat.completion\",\"created\":1760000000,"
    "\"model\":\"trivial\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
    "\"content\":\"one two three four five six seven eight nine ten\",\"refusal\":null},"
    "\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":250,"
    "\"completion_tokens\":10,\"total_tokens\":260,\"prompt_tokens_details\":{"
    "\"cached_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0}}}\n";

static void *serve(void *unused)
{
	static pthread_mutex_t accepting = PTHREAD_MUTEX_INITIALIZER;
	FCGX_Request r;
	char body[16384];
	int rc;

	FCGX_InitRequest(&r, 0, 0);
	for (;;) {
		pthread_mutex_lock(&accepting); /* libfcgi asks for it */
		rc = FCGX_Accept_r(&r);
		pthread_mutex_unlock(&accepting);
		if (rc < 0)
			return unused;
		while (FCGX_GetStr(body, sizeof(body), r.in) > 0)
			;
		FCGX_PutStr(answer, (int)strlen(answer), r.out);
		FCGX_Finish_r(&r);
	}
}

int main(void)
{
	pthread_t thread;

	FCGX_Init();
	for (int i = 1; i < THREADS; i++)
		if (pthread_create(&thread, NULL, serve, NULL) != 0)
			return 1;
	serve(NULL);
	return 0;
}
