# The dashboard: static files, installed as they are.

uidir = $(pkgdatadir)/ui
dist_ui_DATA = \
	www/favicon.svg \
	www/index.html \
	www/switchyard.css \
	www/theme.js

uijsdir = $(uidir)/js
dist_uijs_DATA = \
	www/js/app.js \
	www/js/charts.js \
	www/js/dom.js \
	www/js/empty.js \
	www/js/files.js \
	www/js/format.js \
	www/js/listing.js \
	www/js/overview.js \
	www/js/panels.js \
	www/js/signin.js \
	www/js/strings.js \
	www/js/trouble.js

EXTRA_DIST += www/API.md
