/*
 * ctl_table.c - the commands, one row each, in the order of `help`.
 */
#include "ctl.h"
#include "ctl_run.h"

/* clang-format off */

#define END { NULL, 0, NULL, NULL }

static const struct sy_option yes_options[] = {
	{ "yes", 'y', NULL, "go ahead without asking" },
	END
};

static const struct sy_option demo_options[] = {
	{ "dir", 'd', "DIR", "where it keeps its files (./switchyard-demo)" },
	{ "port", 'p', "PORT", "port of the web server (8080, or the next that is free)" },
	{ "days", 0, "N", "days of sample history (30)" },
	{ "no-traffic", 0, NULL, "no requests but yours" },
	{ "once", 0, NULL, "answer one question by plain CGI, without a web server" },
	END
};

static const struct sy_option init_options[] = {
	{ "user", 'u', "NAME", "who the workers run as, such as www-data" },
	END
};

static const struct sy_option check_options[] = {
	{ "strict", 0, NULL, "warnings count as errors" },
	END
};

static const struct sy_option apply_options[] = {
	{ "note", 'n', "TEXT", "why, for the history" },
	{ "dry-run", 0, NULL, "say what would change, and change nothing" },
	END
};

static const struct sy_option spend_options[] = {
	{ "range", 'r', "SPAN", "1h 24h today yesterday 7d 30d 90d mtd lastmonth 12m, or A..B (7d)" },
	{ "by", 'b', "NAME", "model, provider, route, feature, user or key (model)" },
	{ "cmp", 0, "WORD", "compare with none, prev, week, month or year earlier (prev)" },
	{ "filter", 'f', "NAME=VALUE", "only these; commas between several" },
	{ "limit", 'l', "N", "rows (20)" },
	END
};

static const struct sy_option requests_options[] = {
	{ "range", 'r', "SPAN", "as for spend; all of time if left out" },
	{ "failed", 0, NULL, "only those that failed" },
	{ "filter", 'f', "NAME=VALUE", "as for spend" },
	{ "limit", 'l', "N", "rows (20)" },
	END
};

static const struct sy_option models_options[] = {
	{ "provider", 0, "NAME", "only this provider's" },
	{ "all", 'a', NULL, "also those of providers that are not in use" },
	{ "unpriced", 0, NULL, "only those whose price is not known" },
	END
};

static const struct sy_option import_options[] = {
	{ "from", 0, "WORD", "its shape: models.dev, litellm or openrouter (told by its look)" },
	{ "provider", 0, "NAME", "only this provider's" },
	{ "yes", 'y', NULL, "write it, as a file of the local catalogue" },
	{ "force", 0, NULL, "write it in spite of what was found" },
	{ "output", 'o', "FILE", "write all of it to FILE, as a catalogue of its own" },
	{ "limit", 'l', "N", "changes that are shown (50)" },
	END
};

static const struct sy_option route_options[] = {
	{ "input", 0, "TOKENS", "size of the prompt, for the estimate (1000)" },
	{ "output", 0, "TOKENS", "size of the answer, for the estimate (300)" },
	END
};

static const struct sy_option selftest_options[] = {
	{ "page", 0, NULL, "the matrix as a page of the documentation" },
	END
};

static const struct sy_option chat_options[] = {
	{ "model", 'm', "NAME", "route or model (the first route)" },
	{ "system", 's', "TEXT", "instructions to the model" },
	{ "key", 'k', "KEY", "a client's key (one of the command line's own)" },
	{ "url", 0, "URL", "ask the gateway at this address, instead of running it here" },
	{ "no-stream", 0, NULL, "wait for the whole answer" },
	END
};

static const struct sy_option key_options[] = {
	{ "label", 0, "NAME", "who or what uses it" },
	{ "budget", 0, "DOLLARS", "what may be spent with it in all" },
	{ "requests", 0, "N", "requests a minute" },
	{ "tokens", 0, "N", "tokens a minute" },
	{ "at-once", 0, "N", "requests at the same time" },
	{ "expires", 0, "SPAN", "how long it is good: 12h, 30d" },
	{ "feature", 0, "NAME", "what its spend is booked to, whatever is asked" },
	{ "routes", 0, "NAMES", "the only routes it may use, with commas between" },
	END
};

static const struct sy_option rotate_options[] = {
	{ "grace", 0, "SPAN", "how long the old key stays good (1d)" },
	END
};

static const struct sy_option link_options[] = {
	{ "url", 0, "URL", "the dashboard's address, such as https://example.org/ui/" },
	{ "role", 0, "WORD", "admin or viewer (admin)" },
	END
};

const struct sy_command sy_commands[] = {
	{ "demo", "Start", "", demo_options,
	  "a gateway to try: simulated providers, history, dashboard",
	  { "switchyard demo", "switchyard demo --port 8085 --days 7" }, sy_run_demo },
	{ "init", "Start", "[DIR]", init_options,
	  "an installation, in DIR or where this user's belongs",
	  { "switchyard init ~/switchyard",
	    "sudo switchyard init --user www-data" }, sy_run_init },
	{ "doctor", "Start", "", NULL,
	  "what may keep it from working here, with the remedy",
	  { "switchyard doctor", "switchyard doctor --json" }, sy_run_doctor },
	{ "check", "Configure", "", check_options,
	  "are the configuration files right?",
	  { "switchyard check", "switchyard check --strict" }, sy_run_check },
	{ "diff", "Configure", "[GENERATION]", NULL,
	  "what the files would change",
	  { "switchyard diff", "switchyard diff 12" }, sy_run_diff },
	{ "apply", "Configure", "", apply_options,
	  "put the files into force, from the next request on",
	  { "switchyard apply --note 'add azure-eu'",
	    "switchyard apply --dry-run" }, sy_run_apply },
	{ "history", "Configure", "", NULL,
	  "generations that are kept",
	  { "switchyard history", "switchyard history --json" }, sy_run_history },
	{ "rollback", "Configure", "[GENERATION]", NULL,
	  "make an older generation active (the one before)",
	  { "switchyard rollback", "switchyard rollback 12" }, sy_run_rollback },
	{ "export", "Configure", "[GENERATION]", NULL,
	  "a generation as text, which apply understands",
	  { "switchyard export", "switchyard export 12 >old.conf" }, sy_run_export },
	{ "show", "Configure", "[PREFIX]", NULL,
	  "settings in effect, and where each comes from",
	  { "switchyard show gateway", "switchyard show route.chat" }, sy_run_show },
	{ "model import", "Configure", "FILE", import_options,
	  "take models and prices from what others publish",
	  { "switchyard model import api.json",
	    "switchyard model import models.json --from openrouter --yes" }, sy_run_model_import },
	{ "status", "Look", "", NULL,
	  "how it is going, in one screen",
	  { "switchyard status", "switchyard status --json" }, sy_run_status },
	{ "spend", "Look", "", spend_options,
	  "what was spent, on what, against the time before",
	  { "switchyard spend --range yesterday --by feature",
	    "switchyard spend -r 30d -b key --filter route=chat" }, sy_run_spend },
	{ "requests", "Look", "", requests_options,
	  "requests, newest first",
	  { "switchyard requests --failed",
	    "switchyard requests -r today --filter feature=search -l 100" }, sy_run_requests },
	{ "request", "Look", "ID", NULL,
	  "one request and its attempts",
	  { "switchyard request req_06fvq3s4h2zj9w5x8k1m7n0p4r" }, sy_run_request },
	{ "providers", "Look", "", NULL,
	  "providers in use: circuit, failures, time to the first token",
	  { "switchyard providers",
	    "switchyard providers --plain --header" }, sy_run_providers },
	{ "models", "Look", "", models_options,
	  "models and their prices",
	  { "switchyard models", "switchyard models --unpriced" }, sy_run_models },
	{ "route", "Try", "MODEL", route_options,
	  "where a request for MODEL would go, and why",
	  { "switchyard route chat", "switchyard route chat --input 90000" }, sy_run_route },
	{ "chat", "Try", "TEXT", chat_options,
	  "send a message through the gateway (\"-\": standard input)",
	  { "switchyard chat 'Say hello in five words'",
	    "switchyard chat -m chat - <question.txt" }, sy_run_chat },
	{ "selftest", "Try", "[FOLDER]", selftest_options,
	  "what clients of each dialect get of recorded answers; no network",
	  { "switchyard selftest", "switchyard selftest --json" }, sy_run_selftest },
	{ "key create", "Manage", "", key_options,
	  "a new key for a client; it is shown once",
	  { "switchyard key create --label website --budget 50",
	    "switchyard key create --label ci --routes cheap --expires 30d" }, sy_run_key_create },
	{ "key list", "Manage", "", NULL,
	  "clients' keys",
	  { "switchyard key list", "switchyard key list --json" }, sy_run_key_list },
	{ "key show", "Manage", "KEY", NULL,
	  "one key, by id or label",
	  { "switchyard key show website" }, sy_run_key_show },
	{ "key revoke", "Manage", "KEY", yes_options,
	  "refuse a key from the next request on",
	  { "switchyard key revoke website",
	    "switchyard key revoke sy_1a2b3c4d --yes" }, sy_run_key_revoke },
	{ "key rotate", "Manage", "KEY", rotate_options,
	  "a new key in place of one that ends soon",
	  { "switchyard key rotate website",
	    "switchyard key rotate website --grace 1h" }, sy_run_key_rotate },
	{ "secret set", "Manage", "NAME", NULL,
	  "keep a provider's credential, from the terminal or standard input",
	  { "switchyard secret set openai",
	    "switchyard secret set openai <key.txt" }, sy_run_secret_set },
	{ "secret list", "Manage", "", NULL,
	  "providers' credentials, by name; never what they are",
	  { "switchyard secret list" }, sy_run_secret_list },
	{ "secret check", "Manage", "[NAME]", NULL,
	  "is each there, and readable by nobody else?",
	  { "switchyard secret check" }, sy_run_secret_check },
	{ "secret rm", "Manage", "NAME", yes_options,
	  "forget a credential",
	  { "switchyard secret rm openai" }, sy_run_secret_rm },
	{ "provider drain", "Manage", "NAME", NULL,
	  "take a provider out of use; running requests end",
	  { "switchyard provider drain azure-eu" }, sy_run_provider_drain },
	{ "provider resume", "Manage", "NAME", NULL,
	  "take it back into use",
	  { "switchyard provider resume azure-eu" }, sy_run_provider_resume },
	{ "provider reset", "Manage", "NAME", NULL,
	  "close its circuits: forget its failures",
	  { "switchyard provider reset azure-eu" }, sy_run_provider_reset },
	{ "store stat", "Manage", "", NULL,
	  "size and age of what is kept",
	  { "switchyard store stat" }, sy_run_store_stat },
	{ "store verify", "Manage", "", NULL,
	  "does every sum agree with its rows?",
	  { "switchyard store verify" }, sy_run_store_verify },
	{ "store rebuild", "Manage", "", NULL,
	  "make the sums anew from the rows",
	  { "switchyard store rebuild" }, sy_run_store_rebuild },
	{ "store tick", "Manage", "", NULL,
	  "fold, sweep and expire; for cron, where no worker stays",
	  { "switchyard store tick --quiet" }, sy_run_store_tick },
	{ "ui link", "Manage", "", link_options,
	  "a code that signs one person in at the dashboard, once",
	  { "switchyard ui link --url https://example.org/ui/" }, sy_run_ui_link },
	{ "help", "Help", "[COMMAND...]", NULL,
	  "what there is, or all about one command",
	  { "switchyard help", "switchyard help key create" }, sy_run_help },
	{ "version", "Help", "", NULL,
	  "this program's version",
	  { "switchyard version", "switchyard version --json" }, sy_run_version },
	{ NULL, NULL, NULL, NULL, NULL, { NULL }, NULL },
};
/* clang-format on */
