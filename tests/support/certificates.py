"""Certificate authorities and serving pairs for tests: ECDSA P-256, made in memory, with whatever flaw a test needs."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAMES = ("localhost", "127.0.0.1")


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general_name(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _now():
    return datetime.datetime.now(datetime.timezone.utc)


class Pair:
    """A certificate chain and its private key, as PEM."""

    def __init__(self, certificate, key):
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM)
        self.key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.serial = f"{certificate.serial_number:X}"

    def write(self, directory, certificate="tls.crt", key="tls.key"):
        (directory / certificate).write_bytes(self.certificate)
        (directory / key).write_bytes(self.key)
        return self


class Authority:
    def __init__(self, name="test authority", issuer=None, key=None):
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.name = _name(name)
        self.is_intermediate = issuer is not None
        issuer = issuer or self
        now = _now()
        builder = x509.CertificateBuilder(issuer.name, self.name, self.key.public_key(), x509.random_serial_number(),
                                          now - datetime.timedelta(days=1), now + datetime.timedelta(days=365))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        usage = dict.fromkeys(("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                               "encipher_only", "decipher_only"), False)
        builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        self.pem = builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def intermediate(self, name="test intermediate", key=None):
        """An authority that this one has issued; with a key that was used before, if one is given."""
        return Authority(name, self, key)

    def issue(self, names=NAMES, begins=-3600, ends=86400, key=None, usage=ExtendedKeyUsageOID.SERVER_AUTH):
        """A serving pair; `begins` and `ends` in seconds from now. An intermediate puts itself into the chain."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        now = _now()
        builder = x509.CertificateBuilder(self.name, _name(names[0]), key.public_key(), x509.random_serial_number(),
                                          now + datetime.timedelta(seconds=begins), now + datetime.timedelta(seconds=ends))
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        pair = Pair(builder.sign(self.key, hashes.SHA256()), key)
        if self.is_intermediate:
            pair.certificate += self.pem.encode()
        return pair

    def issue_client(self, *names, **more):
        """A client's pair: the first name is its common name, each a DNS name."""
        return self.issue(names, usage=ExtendedKeyUsageOID.CLIENT_AUTH, **more)
