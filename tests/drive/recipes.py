"""The recipes of etc/recipes/, each in a real web server, with the real programs.

What a recipe is for is asked of each: the gateway's health, a key that arrives, a body that is
larger than some servers' limits, the dashboard and its API.
"""

import http.client
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webserver  # noqa: E402

BUILD = os.getcwd()
TOP = os.path.abspath(os.environ.get("srcdir", "."))
CONF = """
gateway { standalone = yes drain = 1s }
provider local {
	dialect = openai base = "http://127.0.0.1:%d/still/v1" auth = none unpriced_ok = yes
}
route chat { targets = { "local:lorem" } }
"""
# The provider goes silent after some events, for ever: what the client has by then was not
# held back on the way.
SCRIPT = {"sites": {"still": {"then": {"stall_after": 5}}}}


def recipe(server, name):
    """Its text, with the paths of this server's own installation."""
    with open(os.path.join(TOP, "etc/recipes/%s.in" % name)) as f:
        text = f.read()
    for word, path in (("pkglibexecdir", "lib"), ("pkgdatadir", "share"), ("rundir", "run")):
        text = text.replace("@%s@" % word, server.path(path))
    return text


def switchyard(root, *args):
    done = subprocess.run([os.path.join(BUILD, "switchyard"), "--root", root, *args],
                          capture_output=True, text=True, check=True)
    return done.stdout


class Provider:
    """The simulated one."""

    def __init__(self, work):
        self.port = webserver.free_port()
        script = os.path.join(work, "script.json")
        with open(script, "w") as f:
            json.dump(SCRIPT, f)
        self.child = subprocess.Popen([os.path.join(BUILD, "switchyard-sim"), "--listen",
                                       "127.0.0.1:%d" % self.port, "--script", script])
        webserver.await_port(self.port, self.child)

    def stop(self):
        self.child.terminate()
        self.child.wait()


class Installed:
    """An installation below the server's directory, owned by who runs the worker."""
    worker_user = None

    def install(self):
        for name in ("lib", "run", "root"):
            os.mkdir(self.path(name))
            os.chmod(self.path(name), 0o755)
        for name in ("switchyard.fcgi", "switchyard-admin.fcgi"):
            shutil.copy(os.path.join(BUILD, name), self.path("lib"))
        for name in ("lib/switchyard.root", "switchyard.root"):
            with open(self.path(name), "w") as f:
                f.write(self.path("root") + "\n")
        os.mkdir(self.path("share"))
        shutil.copytree(os.path.join(TOP, "www"), self.path("share/ui"))
        switchyard(self.path("root"), "init", self.path("root"))
        with open(self.path("root/etc/switchyard.conf"), "w") as f:
            f.write(CONF % self.provider.port)
        switchyard(self.path("root"), "apply")
        made = json.loads(switchyard(self.path("root"), "key", "create", "--label", "test",
                                     "--json"))
        self.key = find_key(made)
        if self.worker_user:
            subprocess.run(["chown", "-R", self.worker_user, self.path("root")], check=True)

    def configure(self):
        self.install()
        super().configure()

    def start_on(self, program, name):
        """As systemd's socket unit does it: the listener is descriptor 0."""
        self.worker = self.path("lib/" + program)
        os.rename(self.start_worker(), self.path("run/" + name))


def find_key(made):
    """The one value of the document that is a whole key."""
    for value in made.values():
        if isinstance(value, str) and value.startswith("sy_") and len(value) > 40:
            return value
        if isinstance(value, dict):
            return find_key(value)
    raise RuntimeError("no key in %s" % list(made))


class Lighttpd(Installed, webserver.Lighttpd):
    modules = ""
    ui = True

    def routes(self):
        return recipe(self, "lighttpd.conf") + """
            mimetype.assign = ( ".html" => "text/html" )"""


class ApacheProxy(Installed, webserver.Apache):
    modules = ("proxy", "proxy_fcgi", "alias", "setenvif", "headers", "deflate", "filter",
               "dir")
    ui = True

    def routes(self):
        self.start_on("switchyard.fcgi", "gateway.sock")
        self.start_on("switchyard-admin.fcgi", "admin.sock")
        return recipe(self, "apache-proxy.conf") + "DirectoryIndex index.html\n"


class ApacheFcgid(Installed, webserver.ApacheFcgid):
    modules = ("fcgid", "alias", "dir")
    worker_user = webserver.USER
    ui = True

    def routes(self):
        return "\n".join(["FcgidIPCDir %s" % self.path("ipc"),
                          "FcgidProcessTableFile %s" % self.path("table"),
                          recipe(self, "apache-fcgid.conf"), "DirectoryIndex index.html"])


class Htaccess(Installed, webserver.Apache):
    modules = ("cgid", "rewrite", "setenvif")
    worker_user = webserver.USER
    ui = False
    hidden = ("/switchyard.root", "/.htaccess", "/root/etc/switchyard.conf")

    def routes(self):
        shutil.copy(os.path.join(BUILD, "switchyard.fcgi"), self.path("gw.cgi"))
        with open(self.path(".htaccess"), "w") as f:
            f.write(recipe(self, "htaccess"))
        return "\n".join(["ScriptSock %s" % self.path("cgisock"),
                          "<Directory %s>" % self.dir, "Options +ExecCGI",
                          "AllowOverride FileInfo", "</Directory>"])

    def configure(self):
        super().configure()
        # The host's own setting, which this recipe must do without.
        with open(self.path("conf")) as f:
            text = f.read()
        self.write(text.replace("CGIPassAuth On", ""))


class Nginx(Installed, webserver.Nginx):
    ui = True

    def configure(self):
        self.install()
        self.start_on("switchyard.fcgi", "gateway.sock")
        self.start_on("switchyard-admin.fcgi", "admin.sock")
        shutil.copy("/etc/nginx/fastcgi_params", self.path("fastcgi_params"))
        self.write("""
            daemon off; pid %s; error_log %s; %s worker_processes 1; events { }
            http {
                access_log off; types { text/html html; }
                client_body_temp_path %s; fastcgi_temp_path %s;
                proxy_temp_path %s; uwsgi_temp_path %s; scgi_temp_path %s;
                server { listen 127.0.0.1:%d; index index.html; %s }
            }
            """ % (self.path("pid"), self.path("error.log"),
                   "user %s;" % webserver.USER if webserver.USER else "",
                   *[self.path("t%d" % i) for i in range(5)], self.port,
                   recipe(self, "nginx.conf")))


class Tally:
    passed = failed = 0

    def check(self, name, good, seen):
        self.passed += good
        self.failed += not good
        if not good:
            print("FAILED: %s: %s" % (name, seen))


def ask(server, method, path, body=None, **headers):
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    c.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = c.getresponse()
    return answer.status, answer.read().decode("utf-8", "replace")


def first_event(server, headers):
    """Whether content is here while the provider is silent, and what was here."""
    body = {"model": "chat", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    c.request("POST", "/v1/chat/completions", json.dumps(body),
              {"Content-Type": "application/json", **headers})
    try:
        answer = c.getresponse()
        line = answer.readline()
        while line and b'"content"' not in line:
            line = answer.readline()
        return answer.status == 200 and b'"content"' in line, (answer.status, line)
    except OSError as e:
        return False, e
    finally:
        c.close()


def ask_all(tally, server):
    name = type(server).__name__
    bearer = {"Authorization": "Bearer " + server.key}

    status, text = ask(server, "GET", "/healthz")
    tally.check(name + " /healthz", (status, text.strip()) == (200, "ok"), (status, text[:200]))
    status, text = ask(server, "GET", "/readyz")
    tally.check(name + " /readyz", status == 200, (status, text[:200]))
    status, text = ask(server, "GET", "/v1/models")
    tally.check(name + " without a key", status == 401, (status, text[:200]))
    status, text = ask(server, "GET", "/v1/models", **bearer)
    tally.check(name + " with a bearer", status == 200 and '"chat"' in text,
                (status, text[:200]))
    body = json.dumps({"model": "nobody", "messages": [{"role": "user", "content": "x" * 1000000}]})
    status, text = ask(server, "POST", "/v1/chat/completions", body,
                       Content_Type="application/json", **bearer)
    tally.check(name + " 1 MB", status == 404 and "model_not_found" in text,
                (status, text[:200]))
    tally.check(name + " streams", *first_event(server, bearer))
    for hidden in getattr(server, "hidden", ()):
        status, text = ask(server, "GET", hidden)
        tally.check("%s %s" % (name, hidden), status == 403, (status, text[:80]))
    if server.ui:
        status, text = ask(server, "GET", "/ui/")
        tally.check(name + " /ui/", status == 200 and "<title" in text, (status, text[:200]))
        status, text = ask(server, "GET", "/ui/api/v1/meta")
        tally.check(name + " /ui/api/", text.lstrip().startswith("{"), (status, text[:200]))


def check_units(tally, work):
    """systemd reads the units without complaint, but for the user, who is not here."""
    if shutil.which("systemd-analyze") is None:
        print("skipped: units: systemd-analyze is not installed")
        return
    names = ("switchyard.socket", "switchyard@.service", "switchyard-admin.socket",
             "switchyard-admin.service")
    for name in names:
        with open(os.path.join(TOP, "etc/recipes/%s.in" % name)) as f:
            text = f.read().replace("@pkglibexecdir@", BUILD).replace("@rundir@", "/run/switchyard")
        with open(os.path.join(work, name), "w") as f:
            f.write(text)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no",
                           *(os.path.join(work, n.replace("@.", "@1.")) for n in names)],
                          capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "witchyard" in line]
    tally.check("units", not said, said)


def main(work):
    tally = Tally()
    provider = Installed.provider = Provider(work)
    for kind in (Lighttpd, ApacheProxy, ApacheFcgid, Htaccess, Nginx):
        lacks = webserver.missing(kind)
        if lacks:
            print("skipped: %s: %s is not installed" % (kind.__name__, lacks))
            continue
        server = kind(os.path.join(BUILD, "switchyard.fcgi"), work)
        try:
            server.start()
            ask_all(tally, server)
        except (OSError, RuntimeError, subprocess.CalledProcessError) as e:
            tally.check(kind.__name__, False, (e, getattr(e, "stderr", "")))
        finally:
            server.stop()
    provider.stop()
    check_units(tally, work)
    print("%d passed, %d failed" % (tally.passed, tally.failed))
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
