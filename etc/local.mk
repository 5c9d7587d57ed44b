# What is read as packaged, beside the dashboard's files.
dist_pkgdata_DATA += etc/models.csv etc/providers.conf

examplesdir = $(docdir)/examples
dist_examples_DATA = etc/switchyard.conf.sample
