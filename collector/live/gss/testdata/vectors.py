"""The expected values of binding_test.go, made without any code of this program:
openssl says which hash signed a certificate and hashes it (RFC 5929 4.1), the
rest is the layout of gss_channel_bindings (RFC 4121 4.1.1.2)."""
import glob, hashlib, re, struct, subprocess
for name in sorted(glob.glob("*.pem")):
    text = subprocess.check_output(["openssl", "x509", "-in", name, "-noout", "-text"], text=True)
    sig = text[text.index("Signature Algorithm"):]
    m = re.search(r"(md5|sha1|sha256|sha384|sha512)", sig.split("Subject:")[0], re.I)
    if not m:
        print(name[:-4], ""); continue
    digest = {"md5": "sha256", "sha1": "sha256"}.get(m[1].lower(), m[1].lower())
    der = subprocess.check_output(["openssl", "x509", "-in", name, "-outform", "DER"])
    h = subprocess.run(["openssl", "dgst", "-" + digest, "-binary"], input=der, capture_output=True, check=True).stdout
    data = b"tls-server-end-point:" + h
    print(name[:-4], hashlib.md5(struct.pack("<IIIII", 0, 0, 0, 0, len(data)) + data).hexdigest())
