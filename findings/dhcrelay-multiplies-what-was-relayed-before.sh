#!/usr/bin/env bash
# ISC dhcrelay 4.4.3-P1 (Debian bookworm's isc-dhcp-relay) behind another relay agent, started with `-i down -i up`.
#
# Guessed: a DISCOVER that another relay agent has relayed already (giaddr set) is passed on once, with hops one higher.
# Seen: the server gets it nine times, with hops 2, 3, … 10: dhcrelay listens on the upstream interface for requests, too, sees what
# it has just sent there, and relays that. With `-a -m append` each copy carries one option 82 more. What it relays first
# (giaddr 0) is passed on once, as then the copy has its own giaddr; and with `-id down -iu up` everything is passed on once.
# So in a chain of relay agents: name the directions, or the server's limits a relay port count nine packets a try.
#
# Needs: root (or `unshare -Urnm`), apt of Debian bookworm, python3, ip. Exits 0 while it behaves so.
set -euo pipefail
version=4.4.3-P1-2
work=$(mktemp -d)
up=lhf-u$$ relay=lhf-r$$ down=lhf-d$$
stop() { [ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || true; pid=; }
finish() {
  stop
  for host in "$up" "$relay" "$down"; do ip netns del "$host" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "isc-dhcp-relay=$version" && dpkg-deb -x isc-dhcp-relay_*.deb root)

for host in "$up" "$relay" "$down"; do ip netns add "$host"; done
ip -n "$relay" link add down0 type veth peer name cli0 netns "$down"
ip -n "$relay" link add up0 type veth peer name srv0 netns "$up"
ip -n "$relay" addr add 10.9.0.1/24 dev down0
ip -n "$relay" addr add 10.8.0.1/24 dev up0
ip -n "$up" addr add 10.8.0.2/24 dev srv0
ip -n "$relay" link set down0 up
ip -n "$relay" link set up0 up
ip -n "$up" link set srv0 up
ip -n "$down" link set cli0 up

cat >"$work/count.py" <<'PYTHON'
import ctypes, socket, struct, sys
def enter(name):
    with open("/var/run/netns/" + name) as place:
        assert ctypes.CDLL(None).setns(place.fileno(), 0) == 0
up, down = sys.argv[1:3]
enter(up)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("10.8.0.2", 67))
server.settimeout(2)
enter(down)
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("cli0", 0))
address = socket.inet_aton
mac = bytes.fromhex("020000000001")
def relayed(giaddr, hops):
    body = struct.pack("!BBBBIHH", 1, 1, 6, hops, 7, 0, 0) + bytes(12) + address(giaddr) + mac.ljust(16, b"\0") + bytes(192)
    body = (body + bytes.fromhex("63825363" "350101" "ff")).ljust(300, b"\0")
    udp = struct.pack("!HHHH", 67, 67, 8 + len(body), 0) + body
    head = bytearray(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, address("0.0.0.0"), b"\xff" * 4))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    head[10:12] = struct.pack("!H", ~total & 0xFFFF)
    wire.send(b"\xff" * 6 + mac + b"\x08\x00" + bytes(head) + udp)
    hops_seen = []
    try:
        while True:
            hops_seen.append(server.recvfrom(2048)[0][3])
    except socket.timeout:
        return hops_seen
print(relayed("0.0.0.0", 0), relayed("10.7.0.1", 1))
PYTHON

seen() { # seen WANTED OPTIONS…
  local wanted=$1 got
  shift
  ip netns exec "$relay" "$work/root/usr/sbin/dhcrelay" -4 -d --no-pid "$@" 10.8.0.2 >"$work/log" 2>&1 &
  pid=$!
  for _ in $(seq 100); do grep -q 'Sending on   Socket' "$work/log" && break; sleep 0.1; done
  got=$(python3 "$work/count.py" "$up" "$down")
  stop
  echo "dhcrelay $*: hops of what the server got, first-hand and relayed before: $got"
  [ "$got" = "$wanted" ] || { echo "it was $wanted"; exit 1; }
}
seen '[1] [2, 3, 4, 5, 6, 7, 8, 9, 10]' -i down0 -i up0
seen '[1] [2, 3, 4, 5, 6, 7, 8, 9, 10]' -a -m append -i down0 -i up0
seen '[1] [2]' -id down0 -iu up0
echo "isc-dhcp-relay $version: as described"
