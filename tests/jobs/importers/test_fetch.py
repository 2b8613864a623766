import gzip
import ipaddress
import logging
import logging.config
import resource
import socket
import ssl
import subprocess
import time
import zlib

import pytest

from jobs.importers.addresses import Unreachable, is_public
from jobs.importers.fetch import Gone, Limits, Validators, fetched
from jobs.importers.files import Unreadable
from tests.jobs.importers.web import site

HERE = ipaddress.ip_address("127.0.0.1")
ELSEWHERE = ipaddress.ip_address("93.184.215.14")
SMALL = Limits(size=1_000_000)
# For servers that stall. Where one answers well, a busy machine gets the time that it needs.
BRISK = Limits(size=1_000_000, connect=1, silence=0.4, total=1.5, pace=1000)


def body(url, **options):
    """What is at the address; the server is on this machine, so private addresses are allowed unless said."""
    with fetched(url, **{"allow_private": True, "limits": SMALL, **options}) as document:
        return document.path.read_bytes()


def refusal(kind, url, **options):
    """The sentence of the refusal, which took no longer than the limits say, and how long it took."""
    started = time.monotonic()
    with pytest.raises(kind) as raised:
        body(url, **options)
    assert type(raised.value) is kind
    assert time.monotonic() - started < 10
    assert "hunter2" not in str(raised.value)
    return str(raised.value)


def this_machine_is_public(address):
    """For the first hop of a test: everything else is judged as it would be."""
    return address == HERE or is_public(address)


def test_document_is_there_until_the_block_ends():
    def answer(visit):
        visit.send(b"{}", content_type="application/json", etag='"1"', last_modified="Mon, 05 Jan 2026 00:00:00 GMT")

    with site(answer) as here:
        with fetched(here.url("/a?key=hunter2"), allow_private=True) as document:
            assert document.path.read_bytes() == b"{}"
            assert document.content_type == "application/json"
            assert document.validators == Validators('"1"', "Mon, 05 Jan 2026 00:00:00 GMT")
            assert "hunter2" not in repr(document)
        assert not document.path.exists()
    (visit,) = here.visits
    assert visit.line == "GET /a?key=hunter2 HTTP/1.1"
    assert visit.headers["host"] == f"127.0.0.1:{here.port}"
    assert visit.headers["accept-encoding"] == "gzip"


def test_chunks_and_an_answer_without_a_length_are_read():
    def chunked(visit):
        visit.send(b"2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", transfer_encoding="chunked", content_length="")

    def endless(visit):
        visit.send(b"abcde", content_length="")

    for answer in (chunked, endless):
        with site(answer) as here:
            assert body(here.url()) == b"abcde"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "[::ffff:127.0.0.1]"])
def test_private_machine_is_refused_and_never_asked(host):
    with site(lambda visit: visit.send(b"secret")) as here:
        told = refusal(Unreadable, here.url("/?key=hunter2", host=host), allow_private=False)
    assert "which is not a public address" in told
    assert here.visits == []


def test_host_with_one_private_address_among_public_ones_is_refused():
    addresses = [ELSEWHERE, ipaddress.ip_address("10.0.0.7")]
    told = refusal(Unreadable, "http://jobs.example/", allow_private=False, resolve=lambda host, port: addresses)
    assert told == "http://jobs.example/ leads to 10.0.0.7, which is not a public address."


def test_name_is_looked_up_once_so_that_it_cannot_change_in_between():
    lookups = []

    def resolve(host, port):
        lookups.append(host)
        return [HERE] if len(lookups) == 1 else [ipaddress.ip_address("127.0.0.2")]

    with site(lambda visit: visit.send(b"x")) as here:
        url = here.url(host="jobs.example")
        assert body(url, allow_private=False, may_connect=this_machine_is_public, resolve=resolve) == b"x"
    assert lookups == ["jobs.example"]
    assert here.visits[0].headers["host"] == f"jobs.example:{here.port}"


@pytest.mark.parametrize(
    ("target", "machine"),
    [
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
        ("http://10.0.0.7:8080/", "10.0.0.7"),
        ("http://[::1]/", "::1"),
        ("http://127.0.0.2/", "127.0.0.2"),
        ("//127.0.0.2/", "127.0.0.2"),
    ],
)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirect_to_a_private_machine_is_refused(target, machine, status):
    with site(lambda visit: visit.send(status=status, location=target)) as here:
        told = refusal(Unreadable, here.url(), allow_private=False, may_connect=this_machine_is_public)
    assert f"leads to {machine}, which is not a public address" in told


def test_proxy_of_the_environment_is_not_asked(monkeypatch):
    with site(lambda visit: visit.send(b"by proxy")) as proxy, site(lambda visit: visit.send(b"direct")) as here:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        assert body(here.url()) == b"direct"
        assert "not a public address" in refusal(Unreadable, here.url(), allow_private=False)
    assert proxy.visits == []


@pytest.mark.parametrize(
    ("location", "said"),
    [
        (
            "ftp://example.org/",
            "redirects to where nothing is read. The address has to begin with https:// or http://.",
        ),
        ("file:///etc/passwd", "redirects to where nothing is read"),
        ("http://user:hunter2@example.org/", "user name or a password"),
        ("http://[bad", "leads to something that is not an address"),
        ("", "redirects to nowhere"),
    ],
)
def test_redirect_to_what_is_not_read_is_refused(location, said):
    with site(lambda visit: visit.send(status="302 Found", location=location)) as here:
        assert said in refusal(Unreadable, here.url())


def test_redirects_are_followed_up_to_the_limit():
    def answer(visit):
        left = int(visit.target[1:])
        visit.send(b"there") if not left else visit.send(status="302 Found", location=f"/{left - 1}")

    with site(answer) as here:
        assert body(here.url("/5")) == b"there"
        assert "redirects more than 5 times" in refusal(Unreadable, here.url("/6"))


def test_loop_of_redirects_ends():
    with site(lambda visit: visit.send(status="301 Moved", location="/again")) as here:
        assert "redirects more than 5 times" in refusal(Unreadable, here.url("/again"))
    assert len(here.visits) == 6


def test_unchanged_document_is_not_sent_again():
    def answer(visit):
        if visit.headers.get("if-none-match") == '"7"' and "if-modified-since" in visit.headers:
            visit.send(status="304 Not Modified")
        else:
            visit.send(b"new")

    known = Validators('"7"', "Mon, 05 Jan 2026 00:00:00 GMT")
    with site(answer) as here:
        with fetched(here.url(), allow_private=True, validators=known) as document:
            assert document.path is None
            assert document.validators == known
        assert body(here.url(), validators=Validators('"6"')) == b"new"
        assert body(here.url()) == b"new"


def test_not_modified_to_whom_did_not_ask_is_refused():
    with site(lambda visit: visit.send(status="304 Not Modified")) as here:
        assert "answered 304" in refusal(Unreadable, here.url())


def test_validators_stay_with_the_host_they_are_for():
    with (
        site(lambda visit: visit.send(b"x")) as other,
        site(lambda visit: visit.send(status="302 Found", location=other.url())) as here,
    ):
        assert body(here.url(), validators=Validators('"7"')) == b"x"
    assert here.visits[0].headers["if-none-match"] == '"7"'
    assert "if-none-match" not in other.visits[0].headers


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 Forbidden", "206 Part", "204 None"])
def test_refusing_answer_is_not_worth_another_try(status):
    with site(lambda visit: visit.send(b"", status=status)) as here:
        assert f"/jobs.jsonl answered {status[:3]}" in refusal(Unreadable, here.url())


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_document_that_is_not_there_is_gone(status):
    with site(lambda visit: visit.send(b"", status=status)) as here:
        assert refusal(Gone, here.url()).endswith(f"answered {status}.")


@pytest.mark.parametrize("status", ["408 Late", "429 Slow", "500 Oh", "502 Bad", "503 Busy", "504 Late"])
def test_failing_answer_is_worth_another_try(status):
    with site(lambda visit: visit.send(b"", status=status)) as here:
        assert f"answered {status[:3]}" in refusal(Unreachable, here.url("/?key=hunter2"))


def test_server_that_never_answers_is_left():
    with site(lambda visit: visit.is_over.wait(30)) as here:
        assert refusal(Unreachable, here.url(), limits=BRISK).endswith("did not answer within 0.4 s.")


def test_server_that_drips_its_headers_is_left():
    def answer(visit):
        visit.connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        visit.drip(b"x")

    with site(answer) as here:
        assert refusal(Unreachable, here.url(), limits=BRISK).endswith("did not answer within 0.4 s.")


def test_server_that_falls_silent_is_left():
    def answer(visit):
        visit.send(b"half", content_length="100")
        visit.is_over.wait(30)

    with site(answer) as here:
        assert refusal(Unreachable, here.url(), limits=BRISK).endswith("sent nothing for 0.4 s.")


def test_server_that_drips_its_document_is_left():
    def answer(visit):
        visit.send(b"", content_length="100000")
        visit.drip(b"x")

    with site(answer) as here:
        assert refusal(Unreachable, here.url(), limits=BRISK).endswith("sends less than 1,000 bytes a second.")


def test_server_that_drips_the_length_of_a_chunk_is_left():
    def answer(visit):
        visit.send(b"", transfer_encoding="chunked", content_length="")
        visit.drip(b"0")

    with site(answer) as here:
        assert refusal(Unreachable, here.url(), limits=BRISK).endswith("took longer than 1.5 s.")


def test_server_that_sends_for_ever_is_left_at_the_end_of_the_time():
    def answer(visit):
        visit.send(b"", content_length="")
        visit.drip(b"x" * 500)

    with site(answer) as here:
        assert refusal(Unreachable, here.url(), limits=BRISK).endswith("took longer than 1.5 s.")


def test_server_that_is_not_there_is_unreachable():
    with site(lambda visit: None) as here:
        url = here.url("/?key=hunter2")
    assert refusal(Unreachable, url).endswith("cannot be reached: it refuses the connection.")


@pytest.mark.parametrize(
    "head", ["SSH-2.0-OpenSSH_9\r\n", "HTTP/1.1 \r\n\r\n", "", "HTTP/1.1 200 OK\r\n" + "a: b\r\n" * 200]
)
def test_server_that_does_not_speak_http_is_unreachable(head):
    with site(lambda visit: visit.connection.sendall(head.encode())) as here:
        assert refusal(Unreachable, here.url()).endswith("broke off, or does not speak HTTP.")


@pytest.mark.parametrize(
    "headers", [{"content_length": "100"}, {"transfer_encoding": "chunked", "content_length": ""}], ids=str
)
def test_document_that_breaks_off_is_refused(headers):
    with site(lambda visit: visit.send(b"a\r\nhalf", **headers)) as here:
        assert refusal(Unreachable, here.url()).endswith("broke off before its end.")


def test_empty_document_is_refused():
    with site(lambda visit: visit.send(b"")) as here:
        assert refusal(Unreadable, here.url()).endswith("answered with nothing.")


def test_announced_size_above_the_limit_is_refused_before_it_comes():
    with site(lambda visit: visit.send(b"x", content_length=str(10**30))) as here:
        assert refusal(Unreadable, here.url()).endswith("is larger than 1,000,000 bytes.")


def test_size_above_the_limit_that_nobody_announced_is_refused():
    def answer(visit):
        visit.send(b"", content_length="")
        visit.drip(b"x" * 100_000, pause=0)

    with site(answer) as here:
        assert refusal(Unreadable, here.url()).endswith("is larger than 1,000,000 bytes.")


@pytest.mark.parametrize("headers", [{"content_encoding": "gzip"}, {"content_type": "application/gzip"}], ids=str)
def test_packed_document_is_unpacked(headers):
    packed = gzip.compress(b"one\n") + gzip.compress(b"two\n")
    with site(lambda visit: visit.send(packed, **headers)) as here:
        assert body(here.url()) == b"one\ntwo\n"


def test_document_that_is_packed_twice_is_unpacked():
    with site(lambda visit: visit.send(gzip.compress(gzip.compress(b"x")), content_encoding="gzip")) as here:
        assert body(here.url()) == b"x"


def test_gzip_bomb_ends_at_the_size_limit_in_little_memory():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(300)) + packer.flush()
    assert len(bomb) < SMALL.size
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with site(lambda visit: visit.send(bomb, content_encoding="gzip")) as here:
        assert refusal(Unreadable, here.url()).endswith("is larger than 1,000,000 bytes.")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_packed_document_that_ends_early_is_refused():
    with site(lambda visit: visit.send(gzip.compress(b"x" * 1000)[:-9], content_encoding="gzip")) as here:
        assert refusal(Unreachable, here.url()).endswith("sends a gzip stream that ends early.")


def test_damaged_packing_is_refused():
    packed = bytearray(gzip.compress(b"some words " * 9))
    packed[-6] ^= 1
    with site(lambda visit: visit.send(bytes(packed))) as here:
        assert refusal(Unreadable, here.url()).endswith("sends a damaged gzip stream.")


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "deflate"])
def test_packing_that_was_not_asked_for_is_refused(encoding):
    with site(lambda visit: visit.send(b"x", content_encoding=encoding)) as here:
        assert "packed in a way" in refusal(Unreadable, here.url())


def test_key_in_the_address_is_never_logged(caplog):
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    caplog.set_level(logging.DEBUG)
    malformed = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nnot a header\r\nX: y\r\n\r\nx"
    with site(lambda visit: visit.connection.sendall(malformed)) as here:
        assert body(here.url("/?key=hunter2")) == b"x"
    assert "hunter2" not in caplog.text


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for jobs.example that nobody has signed but its own key; the paths of both."""
    folder = tmp_path_factory.mktemp("tls")
    key, chain = folder / "key.pem", folder / "chain.pem"
    names = "subjectAltName=DNS:jobs.example"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=jobs.example", "-addext", names, "-keyout", str(key), "-out", str(chain)]
    subprocess.run(command, check=True, capture_output=True)
    return key, chain


@pytest.fixture
def server_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    return context


def test_certificate_is_checked_against_the_name_that_was_asked(certificate, server_context, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    with site(lambda visit: visit.send(b"x"), server_context) as here:
        assert body(here.url(host="jobs.example"), resolve=lambda host, port: [HERE]) == b"x"
        told = refusal(Unreadable, here.url("/?key=hunter2", host="other.example"), resolve=lambda host, port: [HERE])
    assert "has no valid certificate: Hostname mismatch" in told
    assert len(here.visits) == 1


def test_certificate_that_nobody_vouches_for_is_refused(server_context):
    with site(lambda visit: visit.send(b"x"), server_context) as here:
        told = refusal(Unreadable, here.url(host="jobs.example"), resolve=lambda host, port: [HERE])
    assert "has no valid certificate: self-signed certificate" in told


def test_redirect_from_https_to_http_is_refused(certificate, server_context, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    leak = "http://jobs.example/?key=hunter2"
    with site(lambda visit: visit.send(status="302 Found", location=leak), server_context) as here:
        told = refusal(Unreadable, here.url(host="jobs.example"), resolve=lambda host, port: [HERE])
    assert told.endswith("redirects to http://jobs.example/?…, from https to http.")


def test_server_that_drips_over_tls_is_left(certificate, server_context, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))

    def answer(visit):
        visit.connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        visit.drip(b"x")

    with site(answer, server_context) as here:
        told = refusal(Unreachable, here.url(host="jobs.example"), resolve=lambda host, port: [HERE], limits=BRISK)
    assert told.endswith("did not answer within 0.4 s.")


def test_server_that_stalls_the_handshake_is_left():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told = refusal(Unreachable, f"https://127.0.0.1:{listener.getsockname()[1]}/", limits=BRISK)
    assert told.endswith("cannot be reached: it does not answer.")
