#!/usr/bin/env bash
# CoreDHCP 0.0.0+git.20220602 (Debian bookworm's coredhcp-server), plugin server_id: it looks at siaddr, not at option 54.
#
# Guessed: a REQUEST in SELECTING whose option 54 names another server is dropped (RFC 2131 §4.3.2), as server_id is there for that.
# Seen: it is ACKed, with CoreDHCP's own option 54 and another address than the client selected. Only a client that fills siaddr is
# ignored. So a CoreDHCP that is still on the link while a site moves to another server answers the other server's clients:
# whichever ACK comes first wins. Take it off the link, or out of the relay's list, before the new server answers.
#
# Needs: root (or `unshare -Urnm`), apt of Debian bookworm, python3, ip. Exits 0 while it behaves so.
set -euo pipefail
version=0.0.0+git.20220602.a2552c5-2
work=$(mktemp -d)
server=lhf-s$$ client=lhf-c$$
finish() {
  [ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || true
  ip netns del "$server" 2>/dev/null || true
  ip netns del "$client" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "coredhcp-server=$version" && dpkg-deb -x coredhcp-server_*.deb root)

cat >"$work/config.yml" <<YAML
server4:
    listen: "%srv0"
    plugins:
        - server_id: 10.9.0.1
        - netmask: 255.255.255.0
        - range: $work/leases.txt 10.9.0.10 10.9.0.12 60s
YAML
ip netns add "$server"
ip netns add "$client"
ip -n "$server" link add srv0 type veth peer name cli0 netns "$client"
ip -n "$server" addr add 10.9.0.1/24 dev srv0
ip -n "$server" link set srv0 up
ip -n "$client" link set cli0 up
ip netns exec "$server" "$work/root/usr/bin/coredhcp" -c "$work/config.yml" >"$work/log" 2>&1 &
pid=$!
for _ in $(seq 100); do grep -q 'Listen 0.0.0.0:67' "$work/log" && break; sleep 0.1; done

ip netns exec "$client" python3 - <<'PYTHON'
import socket, struct, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
wire.bind(("cli0", 0))
wire.settimeout(2)
address = socket.inet_aton
mac = bytes.fromhex("020000000001")

def sent(kind, siaddr="0.0.0.0", **options):
    body = struct.pack("!BBBBIHH", 1, 1, 6, 0, 7, 0, 0) + address("0.0.0.0") * 2 + address(siaddr) + address("0.0.0.0")
    body += mac.ljust(16, b"\0") + bytes(192) + bytes.fromhex("63825363") + bytes([53, 1, kind])
    for code, value in options.items():
        body += bytes([int(code[1:]), 4]) + address(value)
    body = (body + b"\xff").ljust(300, b"\0")
    udp = struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body
    head = bytearray(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, address("0.0.0.0"), b"\xff" * 4))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    head[10:12] = struct.pack("!H", ~total & 0xFFFF)
    wire.send(b"\xff" * 6 + mac + b"\x08\x00" + bytes(head) + udp)

def answer():
    try:
        while True:
            frame, where = wire.recvfrom(2048)
            if where[2] != 4 and frame[23] == 17 and frame[36:38] == b"\x00\x44":
                break
    except socket.timeout:
        return None
    reply, options, at = frame[42:], {}, 240
    while reply[at] != 255:
        if reply[at] == 0:
            at += 1
            continue
        options[reply[at]] = reply[at + 2 : at + 2 + reply[at + 1]]
        at += 2 + reply[at + 1]
    names = {2: "OFFER", 5: "ACK", 6: "NAK"}
    return names[options[53][0]], socket.inet_ntoa(reply[16:20]), socket.inet_ntoa(options[54])

sent(1)
offer = answer()
sent(3, o50="10.9.0.200", o54="10.9.0.99")
selected = answer()
sent(3, siaddr="10.9.0.99", o50="10.9.0.200")
named = answer()
print("DISCOVER                                         ->", offer)
print("REQUEST of 10.9.0.200, option 54 = 10.9.0.99     ->", selected)
print("REQUEST of 10.9.0.200, siaddr = 10.9.0.99, no 54 ->", named)
wanted = ("OFFER", "10.9.0.10", "10.9.0.1"), ("ACK", "10.9.0.10", "10.9.0.1"), None
sys.exit(0 if (offer, selected, named) == wanted else 1)
PYTHON
echo "coredhcp-server $version: as described"
