"""Web servers in front of a worker, each in a directory of its own on a free loopback port.

Each class writes a configuration as its manual (and ours) advises, and nothing more.
"""

import os
import shutil
import signal
import socket
import subprocess
import time

APACHE = "/usr/sbin/apache2"
MODULES = "/usr/lib/apache2/modules"
# A web server that starts as root gives its privileges up, and must still get in.
USER = "www-data" if os.getuid() == 0 else None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def await_port(port, process):
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("the web server ended with %d" % process.returncode)
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the web server does not listen")


class Server:
    mount = ""  # before /v1
    plain_cgi = False

    def __init__(self, worker, directory):
        self.port = free_port()
        self.dir = os.path.join(directory, type(self).__name__)
        os.mkdir(self.dir)
        os.chmod(self.dir, 0o755)
        self.worker = os.path.join(self.dir, "gw.cgi")
        shutil.copy(worker, self.worker)
        os.chmod(self.worker, 0o755)
        self.children = []

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, text):
        with open(self.path("conf"), "w") as f:
            f.write(text)

    def run(self, command, **options):
        log = open(self.path("log"), "a")
        child = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.dir, **options)
        self.children.append(child)
        return child

    def start(self):
        self.configure()
        await_port(self.port, self.run(self.command()))

    def stop(self):
        for child in self.children:
            child.send_signal(signal.SIGTERM)
        for child in self.children:
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()

    def start_worker(self):
        """A worker of our own on a socket; the connectors only connect."""
        name = self.path("worker.sock")
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(name)
            os.chmod(name, 0o666)
            s.listen(100)
            self.run([self.worker], stdin=s)
        return name


class Lighttpd(Server):
    program = "/usr/sbin/lighttpd"
    modules = '"mod_fastcgi"'

    def routes(self):
        return """
            server.stream-response-body = 1
            fastcgi.server = ( "" => (( "bin-path" => "%s", "socket" => "%s",
                "max-procs" => 1, "check-local" => "disable",
                "bin-copy-environment" => ( "PATH" ) )) )
            """ % (self.worker, self.path("fcgi.sock"))

    def configure(self):
        self.write("""
            server.modules = ( %s )
            server.document-root = "%s"
            server.bind = "127.0.0.1"
            server.port = %d
            server.errorlog = "%s"
            server.upload-dirs = ( "%s" )
            %s
            """ % (self.modules, self.dir, self.port, self.path("error.log"), self.dir,
                   self.routes()))

    def command(self):
        return [self.program, "-D", "-f", self.path("conf")]


class LighttpdCgi(Lighttpd):
    modules = '"mod_cgi", "mod_alias"'
    mount = "/gw.cgi"
    plain_cgi = True

    def routes(self):
        return """
            server.stream-response-body = 1
            cgi.assign = ( "gw.cgi" => "" )
            """


class Apache(Server):
    program = APACHE
    modules = ()
    user = USER

    def configure(self):
        names = ("mpm_event", "authz_core", "mime") + self.modules
        self.write("\n".join(
            ["ServerName localhost", "Listen 127.0.0.1:%d" % self.port,
             "PidFile %s" % self.path("pid"), "ErrorLog %s" % self.path("error.log"),
             "DocumentRoot %s" % self.dir, "TypesConfig /dev/null", "DefaultRuntimeDir %s" % self.dir,
             "AllowEncodedSlashes NoDecode", "HttpProtocolOptions Strict",
             "ServerLimit 2", "StartServers 1", "Timeout 20"] +
            ["LoadModule %s_module %s/mod_%s.so" % (n, MODULES, n) for n in names] +
            (["User %s" % USER, "Group %s" % USER] if USER else []) +
            ["<Directory />", "Require all granted", "</Directory>",
             "<Location />", "CGIPassAuth On", "</Location>", self.routes()]))

    def command(self):
        return [self.program, "-D", "FOREGROUND", "-d", self.dir, "-f", self.path("conf")]


class ApacheProxy(Apache):
    """mod_proxy_fcgi."""
    modules = ("proxy", "proxy_fcgi")
    options = "flushpackets=on"

    def routes(self):
        return 'ProxyPass "/" "unix:%s|fcgi://localhost/" %s' % (
            self.start_worker(), self.options)


class ApacheProxyKept(ApacheProxy):
    """mod_proxy_fcgi that keeps its connections."""
    options = "flushpackets=on enablereuse=on"


class ApacheFcgid(Apache):
    modules = ("fcgid",)
    mount = "/gw.cgi"

    def routes(self):
        return "\n".join([
            "FcgidIPCDir %s" % self.path("ipc"),
            "FcgidProcessTableFile %s" % self.path("table"),
            "FcgidOutputBufferSize 0", "FcgidMaxRequestLen 67108864",
            "FcgidMaxProcesses 4",
            "<Directory %s>" % self.dir, "Options +ExecCGI",
            "AddHandler fcgid-script .cgi", "</Directory>"])

    def configure(self):
        os.mkdir(self.path("ipc"))
        os.chmod(self.path("ipc"), 0o777)
        super().configure()


class ApacheCgid(Apache):
    modules = ("cgid",)
    mount = "/gw.cgi"
    plain_cgi = True

    def routes(self):
        return "\n".join([
            "ScriptSock %s" % self.path("cgisock"),
            "<Directory %s>" % self.dir, "Options +ExecCGI",
            "AddHandler cgi-script .cgi", "</Directory>"])


class Nginx(Server):
    program = "/usr/sbin/nginx"

    def configure(self):
        names = ("REQUEST_METHOD $request_method", "REQUEST_URI $request_uri",
                 "QUERY_STRING $query_string", "CONTENT_TYPE $content_type",
                 "CONTENT_LENGTH $content_length", "SCRIPT_NAME $fastcgi_script_name",
                 "SERVER_SOFTWARE nginx", "REMOTE_ADDR $remote_addr")
        self.write("""
            daemon off; pid %s; error_log %s; %s worker_processes 1;
            events { }
            http {
                access_log off;
                client_body_temp_path %s; fastcgi_temp_path %s;
                proxy_temp_path %s; uwsgi_temp_path %s; scgi_temp_path %s;
                upstream worker { server unix:%s; keepalive 4; }
                server {
                    listen 127.0.0.1:%d;
                    location / {
                        fastcgi_pass worker;
                        fastcgi_keep_conn on;
                        client_max_body_size 32m;
                        %s
                    }
                }
            }
            """ % (self.path("pid"), self.path("error.log"),
                   "user %s;" % USER if USER else "", *[self.path("t%d" % i) for i in range(5)],
                   self.start_worker(), self.port,
                   " ".join("fastcgi_param %s;" % n for n in names)))

    def command(self):
        return [self.program, "-c", self.path("conf"), "-p", self.dir]


ALL = (Lighttpd, LighttpdCgi, ApacheProxy, ApacheProxyKept, ApacheFcgid, ApacheCgid, Nginx)


def missing(server):
    """What has to be installed for it, or None."""
    if not os.path.exists(server.program):
        return server.program
    for name in getattr(server, "modules", ()) if issubclass(server, Apache) else ():
        if not os.path.exists("%s/mod_%s.so" % (MODULES, name)):
            return "mod_%s" % name
    return None
