"""TLS: versions, cipher suites, ALPN."""

import json
import ssl

import pytest
from reviews import admission_review, scaled_object

REVIEW = json.dumps(admission_review(scaled_object()))
V12 = ssl.TLSVersion.TLSv1_2

# The server's doing; what the client refuses itself reads otherwise.
REFUSED = "alert|has been closed"


def talk(server, context):
    """(TLS version, cipher suite, chosen protocol) of a connection that had a review answered."""
    connection = server.connection(context)
    connection.connect()
    used = connection.sock.version(), connection.sock.cipher()[0], connection.sock.selected_alpn_protocol()
    assert server.post(REVIEW, connection).status == 200
    connection.close()
    return used


@pytest.mark.parametrize("offer, chosen", [(("h2", "http/1.1"), "http/1.1"), (("http/1.1",), "http/1.1"), ((), None)],
                         ids=["h2 and http/1.1", "http/1.1", "none"])
def test_alpn(server, offer, chosen):
    assert talk(server, server.context(alpn=offer))[2] == chosen


def test_a_client_of_http_2_alone_gets_no_alert(server):
    connection = server.connection(server.context(alpn=("h2",)))
    connection.connect()
    assert connection.sock.selected_alpn_protocol() is None
    connection.close()


def test_1_3_is_the_default(server):
    assert talk(server, server.context())[0] == "TLSv1.3"


def test_1_2_is_refused_by_default(server):
    with pytest.raises(ssl.SSLError, match=REFUSED):
        talk(server, server.context(maximum=V12))
    assert talk(server, server.context())[0] == "TLSv1.3"


def test_1_2_is_served_when_asked_for(serve):
    server = serve("--tls-min-version", "VersionTLS12")
    assert talk(server, server.context())[0] == "TLSv1.3"
    assert talk(server, server.context(maximum=V12))[0] == "TLSv1.2"


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_1_2_with_aead(serve, suite):
    server = serve("--tls-min-version", "VersionTLS12")
    context = server.context(maximum=V12)
    context.set_ciphers(suite)
    assert talk(server, context)[1] == suite


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-CCM"])
def test_1_2_with_nothing_else(serve, suite):
    server = serve("--tls-min-version", "VersionTLS12")
    context = server.context(maximum=V12)
    context.set_ciphers(suite + ":@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match=REFUSED):
        talk(server, context)


def test_1_1_is_always_refused(serve):
    server = serve("--tls-min-version", "VersionTLS12")
    context = server.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError, match=REFUSED):
        talk(server, context)


@pytest.mark.parametrize("offer", [("h2", "http/1.1"), ("http/1.1",)])
def test_alpn_over_1_2(serve, offer):
    server = serve("--tls-min-version", "VersionTLS12")
    assert talk(server, server.context(alpn=offer, maximum=V12))[::2] == ("TLSv1.2", "http/1.1")
