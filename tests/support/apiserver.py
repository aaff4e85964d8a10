"""An API server that answers lists and watches from memory, over TLS on a free loopback port, and misbehaves when it is told to."""

import collections
import json
import pathlib
import random
import re
import socket
import ssl
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from certificates import Authority

# Where the collections of what is read are.
PATHS = {
    "ScaledObject": "/apis/keda.sh/v1alpha1/scaledobjects",
    "ScaledJob": "/apis/keda.sh/v1alpha1/scaledjobs",
    "TriggerAuthentication": "/apis/keda.sh/v1alpha1/triggerauthentications",
    "ClusterTriggerAuthentication": "/apis/keda.sh/v1alpha1/clustertriggerauthentications",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/horizontalpodautoscalers",
    "Deployment": "/apis/apps/v1/deployments",
    "StatefulSet": "/apis/apps/v1/statefulsets",
    "LimitRange": "/api/v1/limitranges",
    "ServiceAccount": "/api/v1/serviceaccounts",
}
TOKEN = "dGhlLXRva2VuLW9mLXRoZS10ZXN0"
PATIENCE = 60


# What a request may meet instead of its answer. Each takes the handler, and returns True when the usual answer is to follow.


def refuse(status, message="refused by the test", **headers):
    def act(handler):
        handler.send_status(status, message, {name.replace("_", "-"): str(value) for name, value in headers.items()})

    return act


def garbage(text="<html>this is no API server</html>"):
    def act(handler):
        handler.send_bytes(200, text.encode())

    return act


def cut(after):
    """The connection ends behind that many bytes of the body, without a word."""

    def act(handler):
        handler.cut_after = after
        return True

    return act


def slow(seconds, wait=threading.Event()):
    def act(_handler):
        wait.wait(seconds)
        return True

    return act


def hang(handler):
    """Nothing is answered until the server ends."""
    handler.api.ended.wait(PATIENCE)


class _Cut(Exception):
    pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Heads and bodies leave in one piece: nobody waits for an acknowledgement.
    wbufsize = -1

    @property
    def api(self):
        return self.server.api

    def log_message(self, *_):
        pass

    def do_GET(self):
        # One that was killed answers on no connection that is still open.
        if self.api.ended.is_set():
            self.close_connection = True
            return
        url = urlsplit(self.path)
        self.cut_after = None
        self.query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        fault = self.api.note(url.path, self.query, self.headers)
        try:
            if fault is None or fault(self):
                self.answer(url.path)
        except (_Cut, OSError):
            self.close_connection = True
            self.connection.close()

    def answer(self, path):
        if self.api.tokens is not None and self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.api.tokens:
            return self.send_status(401, "Unauthorized")
        if path == "/version":
            return self.send_json(self.api.version_info)
        match = re.fullmatch(r"(/api/v1|/apis/[^/]+/[^/]+)(?:/namespaces/([^/]+))?/([^/]+)", path)
        collection = f"{match[1]}/{match[3]}" if match else None
        if collection not in self.api.collections:
            return self.send_status(404, "the server could not find the requested resource")
        if self.query.get("watch") in ("1", "true"):
            return self.send_watch(collection)
        return self.send_list(collection, match[2])

    def write(self, data):
        if self.cut_after is not None:
            data, rest = data[: self.cut_after], data[self.cut_after :]
            self.cut_after -= len(data)
            self.wfile.write(data)
            self.wfile.flush()
            if rest:
                raise _Cut
            return
        self.wfile.write(data)
        self.wfile.flush()

    def send_bytes(self, status, body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(body), **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.write(body)

    def send_json(self, document, status=200, headers=None):
        self.send_bytes(status, json.dumps(document).encode(), headers)

    def send_status(self, code, message, headers=None):
        self.send_json(status_document(code, message), code, headers)

    def send_list(self, collection, namespace):
        page = self.api.page(collection, namespace, self.query)
        if page is None:
            return self.send_status(410, "The provided continue parameter is too old to display a consistent list result.")
        return self.send_json(page)

    def send_watch(self, collection):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        for event in self.api.events(collection, int(self.query.get("resourceVersion", 0)), float(self.query.get("timeoutSeconds", PATIENCE))):
            line = event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n"
            self.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.write(b"0\r\n\r\n")


def status_document(code, message):
    reasons = {401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 410: "Expired", 429: "TooManyRequests", 500: "InternalError"}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
            "reason": reasons.get(code, ""), "code": code}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A client that goes away is no news."""


class ApiServer:
    """Use as a context. `tokens`: which are taken; None: any, and none. `clients`: the authority of the certificates that clients must have."""

    def __init__(self, authority=None, pair=None, tokens=(TOKEN,), port=0, clients=None):
        self.authority = authority or Authority()
        self.pair = pair or self.authority.issue()
        self.tokens = None if tokens is None else set(tokens)
        self.version_info = {"major": "1", "minor": "34", "gitVersion": "v1.34.1"}
        self.collections = {path: {} for path in PATHS.values()}
        self.history = {path: [] for path in PATHS.values()}  # (version, event)
        self.requests = []  # (path, query, headers)
        self.faults = collections.defaultdict(collections.deque)
        self.version = 1
        self.oldest = 0  # versions below are forgotten
        self.cuts = 0  # of all watches
        self.changed = threading.Condition()
        self.ended = threading.Event()
        self.port = port
        self.clients = clients  # the authority of client certificates, which are asked for then

    def __enter__(self):
        self.server = _Server(("127.0.0.1", self.port), _Handler)
        self.server.api = self
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with _pem_files(self.pair) as (certificate, key):
            context.load_cert_chain(certificate, key)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.clients:
            context.load_verify_locations(cadata=self.clients.pem)
            context.verify_mode = ssl.CERT_REQUIRED
        # The handshake is each connection's own thread's, or one that hangs would hold up all.
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        with self.changed:
            self.cuts += 1
            self.changed.notify_all()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    # What is in the cluster.

    def put(self, *objects):
        """Create or update."""
        for item in objects:
            with self.changed:
                collection = PATHS[item["kind"]]
                key = _key(item)
                self.version += 1
                stored = json.loads(json.dumps(item))
                stored["metadata"]["resourceVersion"] = str(self.version)
                event = "MODIFIED" if key in self.collections[collection] else "ADDED"
                self.collections[collection][key] = stored
                self.history[collection].append((self.version, {"type": event, "object": stored}))
                self.changed.notify_all()

    def delete(self, *objects):
        for item in objects:
            with self.changed:
                collection = PATHS[item["kind"]]
                self.version += 1
                gone = self.collections[collection].pop(_key(item))
                gone = {**gone, "metadata": {**gone["metadata"], "resourceVersion": str(self.version)}}
                self.history[collection].append((self.version, {"type": "DELETED", "object": gone}))
                self.changed.notify_all()

    # What goes wrong.

    def fault(self, kind, *acts):
        """The next requests for that kind, or path, meet these, one each."""
        self.faults[PATHS.get(kind, kind)].extend(acts)

    def fault_always(self, kind, act):
        self.faults[PATHS.get(kind, kind)] = _Endless(act)

    def heal(self):
        self.faults.clear()

    def send_raw(self, kind, data):
        """Bytes into the watches of a kind."""
        with self.changed:
            self.history[PATHS[kind]].append((self.version, data))
            self.changed.notify_all()

    def bookmark(self, kind):
        with self.changed:
            document = {"kind": kind, "metadata": {"resourceVersion": str(self.version)}}
            self.history[PATHS[kind]].append((self.version, {"type": "BOOKMARK", "object": document}))
            self.changed.notify_all()

    def forget(self):
        """As after a compaction of etcd: what is older than now is 410."""
        with self.changed:
            self.version += 1
            self.oldest = self.version

    def cut_watches(self):
        with self.changed:
            self.cuts += 1
            self.changed.notify_all()

    # For the handler.

    def note(self, path, query, headers):
        plain = re.sub(r"/namespaces/[^/]+", "", path)
        with self.changed:
            self.requests.append((path, query, headers))
            queue = self.faults[plain]
            return queue.popleft() if queue else None

    def page(self, collection, namespace, query):
        with self.changed:
            start, version = 0, self.version
            if query.get("continue"):
                start, version = map(int, query["continue"].split("-"))
                if version < self.oldest:
                    return None
            items = [item for (its_namespace, _), item in sorted(self.collections[collection].items())
                     if namespace in (None, its_namespace) and _matches(item, query.get("labelSelector"))]
            end = start + int(query.get("limit", len(items) + 1))
            metadata = {"resourceVersion": str(version)}
            if end < len(items):
                metadata |= {"continue": f"{end}-{version}", "remainingItemCount": len(items) - end}
            return {"kind": "List", "apiVersion": "v1", "metadata": metadata, "items": items[start:end]}

    def is_cut(self, cuts):
        """Of a watch that began after so many cuts, perhaps while the server ends."""
        return self.cuts != cuts or self.ended.is_set()

    def events(self, collection, since, seconds):
        deadline = time.monotonic() + seconds
        with self.changed:
            cuts = self.cuts
            if since < self.oldest:
                yield {"type": "ERROR", "object": status_document(410, "too old resource version")}
                return
            position = len([0 for version, _ in self.history[collection] if version <= since])
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.is_cut(cuts) or len(self.history[collection]) > position, max(0, deadline - time.monotonic()))
                if self.is_cut(cuts):
                    raise _Cut
                news = [event for _, event in self.history[collection][position:]]
                position += len(news)
            yield from news
            if not news:
                return

    # For clients.

    def kubeconfig(self, directory, token=TOKEN, **more):
        """Written to a file, whose path is returned. `token` may be a path, or all of the user's entry; `more` goes over the cluster's entry."""
        (directory / "api-ca.crt").write_text(self.authority.pem)
        cluster = {"server": self.url, "certificate-authority": "api-ca.crt", **{name.replace("_", "-"): value for name, value in more.items()}}
        user = token if isinstance(token, dict) else {"token": token} if isinstance(token, str) else {"tokenFile": str(token)}
        path = directory / "kubeconfig"
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {name: value for name, value in cluster.items() if value is not None}}],
            "users": [{"name": "test", "user": user}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}]}))
        return path

    def asked(self, kind):
        """The queries that came for a kind."""
        return [query for path, query, _ in list(self.requests) if re.sub(r"/namespaces/[^/]+", "", path) == PATHS.get(kind, kind)]


class _Endless:
    """A queue that has always one more."""

    def __init__(self, act):
        self.act = act

    def popleft(self):
        return self.act

    def extend(self, _acts):
        raise TypeError("this kind meets the same for ever")


def _key(item):
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]


def _matches(item, selector):
    labels = item["metadata"].get("labels", {})
    return not selector or all(labels.get(name) == value for name, value in (term.split("=") for term in selector.split(",")))


class _pem_files:
    """ssl reads files alone. They are gone again at once."""

    def __init__(self, pair):
        self.pair = pair

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.folder.name)
        self.pair.write(folder)
        return folder / "tls.crt", folder / "tls.key"

    def __exit__(self, *_):
        self.folder.cleanup()


def unused_port():
    """A loopback port at which nobody listens, for now. The kernel gives it to nobody who asks for any port, and to no connection."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        # Where that is wider than usual, nothing is gained.
        first = max(int(file.read().split()[0]), 20000)
    while True:
        with socket.socket() as probe:
            port = random.randrange(10000, first)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
