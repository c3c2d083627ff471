#!/usr/bin/env bash
# atftpd 0.8.0 (Debian bookworm): a read request for a directory, or for an empty name, succeeds.
#
# Guessed: ERROR 1 (not found) or 2 (access violation), as tftpd-hpa answers ERROR 0 "Is a directory".
# Seen: DATA 1 with no octets, which is a whole file of size 0: the client's download has succeeded. A boot loader that is given a
# file name that ends in "/" (a prefix without a file, an empty variable at the end of a path) goes on with nothing instead of
# trying the next name. Beside it: an option block size above 65464 costs the transfer (ERROR 8) where RFC 2348 lets the server answer
# with less, which tftpd-hpa does; and in netascii a `tsize` of 0 is acknowledged as 0, whatever the file's size.
#
# Needs: root (or `unshare -Urnm`), apt of Debian bookworm, python3. Loopback only. Exits 0 while it behaves so.
set -euo pipefail
atftpd=0.8.0-3
hpa=5.2+20150808-1.4
work=$(mktemp -d)
chmod 755 "$work"
pids=()
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap finish EXIT
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "atftpd=$atftpd" "tftpd-hpa=$hpa" libwrap0 libnsl2 libtirpc3 libpcre2-8-0 &&
  dpkg-deb -x atftpd_*.deb atftpd && dpkg-deb -x tftpd-hpa_*.deb hpa && for one in lib*.deb; do dpkg-deb -x "$one" libs; done)
libraries=$(find "$work/libs" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd:)
mkdir -p "$work/files/folder"
printf 'ten octets' >"$work/files/ten"
chmod -R a+rX "$work/files"
LD_LIBRARY_PATH=$libraries "$work/atftpd/usr/sbin/atftpd" --daemon --no-fork --port 16901 --bind-address 127.0.0.1 \
  --logfile "$work/log" --user nobody --group nogroup "$work/files" >/dev/null 2>&1 &
pids+=($!)
LD_LIBRARY_PATH=$libraries "$work/hpa/usr/sbin/in.tftpd" -L -a 127.0.0.1:16902 -u nobody -s "$work/files" >/dev/null 2>&1 &
pids+=($!)

python3 - <<'PYTHON'
import socket, sys, time
def ask(port, name, mode="octet", *options):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.bind(("127.0.0.1", 0))
    client.settimeout(3)
    client.sendto(b"\0\1" + b"\0".join(word.encode() for word in (name, mode, *options)) + b"\0", ("127.0.0.1", port))
    data = client.recvfrom(70000)[0]
    kind = {3: "DATA", 5: "ERROR", 6: "OACK"}[data[1]]
    if kind == "OACK":
        return kind, tuple(data[2:].decode().split("\0")[:-1])
    number = int.from_bytes(data[2:4], "big")
    return (kind, number, data[4:]) if kind == "DATA" else (kind, number)
def ready(port):
    for _ in range(20):
        try:
            return ask(port, "ten")
        except (socket.timeout, ConnectionError):
            time.sleep(0.2)
    sys.exit(f"nobody answers on port {port}")
for port in (16901, 16902):
    assert ready(port) == ("DATA", 1, b"ten octets")
cases = [
    (("folder",), ("DATA", 1, b""), ("ERROR", 0)),
    (("folder/",), ("DATA", 1, b""), ("ERROR", 0)),
    (("ten", "octet", "blksize", "65465"), ("ERROR", 8), ("OACK", ("blksize", "65464"))),
    (("ten", "netascii", "tsize", "0"), ("OACK", ("tsize", "0")), ("ERROR", 8)),
]
changed = False
for request, atftpd, hpa in cases:
    got = ask(16901, *request), ask(16902, *request)
    print(f"RRQ {' '.join(request)}: atftpd {got[0]}, tftpd-hpa {got[1]}")
    changed |= got != (atftpd, hpa)
sys.exit(1 if changed else 0)
PYTHON
echo "atftpd $atftpd beside tftpd-hpa $hpa: as described"
