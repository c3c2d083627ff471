#!/usr/bin/env bash
# atftp 0.8.0 (Debian bookworm), the client: an OACK that arrives twice ends the download.
#
# Guessed: the second OACK is ignored, or answered by ACK 0 once more, as curl and busybox do (RFC 1123 §4.2.3.1 asks every reader to live with
# datagrams that come twice).
# Seen: "tftp: unexpected OACK", "tftp: aborting". So it is where the network doubles a datagram, and where a server answers a request that
# came twice with two OACKs: a server does well not to answer a repeated request within the same moment. DATA that comes twice is no harm.
#
# Needs: root (or `unshare -Urnm`), apt of Debian bookworm, python3. Loopback only. Exits 0 while it behaves so.
set -euo pipefail
atftp=0.8.0-3
busybox=1:1.35.0-4+deb12u1+b1
work=$(mktemp -d)
pid=
finish() { [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "atftp=$atftp" "busybox=$busybox" libreadline8 libtinfo6 &&
  for one in *.deb; do dpkg-deb -x "$one" all; done)
LD_LIBRARY_PATH=$(find "$work/all" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd:)

# A server of one file of ten octets; for a file named "oack" its OACK leaves twice, for "data" its DATA.
cat >"$work/server.py" <<'PYTHON'
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 16904))
print("ready", flush=True)
while True:
    request, client = server.recvfrom(2000)
    if request[:2] != b"\0\1":
        continue
    name = request[2:].split(b"\0")[0]
    transfer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    transfer.bind(("127.0.0.1", 0))
    transfer.settimeout(1)
    try:
        for _ in range(2 if name == b"oack" else 1):
            transfer.sendto(b"\0\6blksize\x001428\0", client)
        transfer.recvfrom(2000)
        for _ in range(2 if name == b"data" else 1):
            transfer.sendto(b"\0\3\0\1ten octets", client)
        transfer.recvfrom(2000)
    except OSError:
        pass
PYTHON
python3 "$work/server.py" >"$work/ready" &
pid=$!
for _ in $(seq 50); do [ -s "$work/ready" ] && break; sleep 0.1; done

# "had" where the whole file came.
ask() {
  rm -f "$work/got"
  LD_LIBRARY_PATH=$LD_LIBRARY_PATH timeout 20 "$@" >"$work/said" 2>&1 || true
  if [ "$(cat "$work/got" 2>/dev/null || true)" = "ten octets" ]; then echo had; else echo "not had"; fi
}
by_atftp() { ask "$work/all/usr/bin/atftp" --option "blksize 1428" --get -r "$1" -l "$work/got" 127.0.0.1 16904; }
by_busybox() { ask "$(find "$work/all" -name busybox -type f -perm -1 | head -n 1)" tftp -b 1428 -g -r "$1" -l "$work/got" 127.0.0.1 16904; }

once=$(by_atftp once)
data=$(by_atftp data)
oack=$(by_atftp oack)
words=$(grep -a unexpected "$work/said" || true)
other=$(by_busybox oack)
echo "atftp: $once; with DATA twice: $data; with the OACK twice: $oack ($words); busybox with the OACK twice: $other"
[ "$once" = had ] && [ "$data" = had ] && [ "$oack" = "not had" ] && [ "$other" = had ]
[ "$words" = "tftp: unexpected OACK" ]
echo "atftp $atftp: as described"
