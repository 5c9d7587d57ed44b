# What is read as packaged, beside the dashboard's files.
dist_pkgdata_DATA += etc/models.csv etc/providers.conf

# Recordings for `switchyard selftest`, made up for it.
selftestdir = $(pkgdatadir)/selftest
dist_selftest_DATA = \
	etc/selftest/anthropic--messages--json--citations.json \
	etc/selftest/anthropic--messages--json--thinking.json \
	etc/selftest/anthropic--messages--stream--thinking.json \
	etc/selftest/bedrock--converse--json--calls.json \
	etc/selftest/cohere--cohere-chat--json--citations.json \
	etc/selftest/gemini--generateContent--json--calls.json \
	etc/selftest/gemini--generateContent--stream--text.json \
	etc/selftest/openai--chat--json--calls.json \
	etc/selftest/openai--chat--json--refusal.json \
	etc/selftest/openai--chat--stream--calls.json \
	etc/selftest/openai--chat--stream--text.json

# Examples: the sample, and recipes for web servers with the paths of this installation.
examplesdir = $(docdir)/examples
dist_examples_DATA = etc/switchyard.conf.sample
SY_RECIPES = \
	etc/recipes/apache-fcgid.conf \
	etc/recipes/apache-proxy.conf \
	etc/recipes/htaccess \
	etc/recipes/lighttpd.conf \
	etc/recipes/nginx.conf \
	etc/recipes/switchyard-admin.service \
	etc/recipes/switchyard-admin.socket \
	etc/recipes/switchyard.socket \
	etc/recipes/switchyard@.service
examples_DATA = $(SY_RECIPES)
EXTRA_DIST += $(SY_RECIPES:=.in)
CLEANFILES += $(SY_RECIPES)

# Names of directories, not of filters: @system-service and the like stay.
$(SY_RECIPES): %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) etc/recipes && \
	sed -e 's|@pkglibexecdir[@]|$(pkglibexecdir)|g' -e 's|@pkgdatadir[@]|$(pkgdatadir)|g' \
	    -e 's|@rundir[@]|$(runstatedir)/switchyard|g' $< >$@.tmp && mv $@.tmp $@
