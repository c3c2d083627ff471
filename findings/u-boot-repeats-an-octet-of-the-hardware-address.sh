#!/usr/bin/env bash
# U-Boot 2023.01 (Debian bookworm's u-boot-qemu), on a virtio network card: it takes the first octet of the hardware address for all six.
#
# Guessed: a card's hardware address is what U-Boot sends by, as every other firmware on it does.
# Seen: 02:1e:a5:b0:00:07 and 02:99:88:77:66:55 are both 02:02:02:02:02:02 in its frames and in chaddr. All such machines whose addresses begin with
# the same octet (QEMU's own begin with 52) are one client to a DHCP server, get one address, and no inventory knows them. On an Intel card
# (e1000) the address is right.
#
# Needs: apt of Debian bookworm, qemu-system-aarch64 (its package qemu-system-arm). No root, no network. Exits 0 while it behaves so.
set -euo pipefail
uboot=2023.01+dfsg-2+deb12u3
work=$(mktemp -d)
pid=
finish() { [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
(cd "$work" && apt-get -qq -o "APT::Sandbox::User=$(id -un)" download "u-boot-qemu=$uboot" && dpkg-deb -x ./*.deb all)

# The sender of the first frame that a machine with this card sends.
sender() {
  rm -f "$work/frames"
  qemu-system-aarch64 -M virt -cpu cortex-a57 -m 256 -nodefaults -display none -serial "file:$work/console" \
    -bios "$work/all/usr/lib/u-boot/qemu_arm64/u-boot.bin" -netdev user,id=lan \
    -object "filter-dump,id=dump,netdev=lan,file=$work/frames" -device "$1,netdev=lan,mac=$2,romfile=" &
  pid=$!
  # pcap: 24 octets, 16 before each frame; the frame begins with whom it is for.
  for _ in $(seq 600); do
    [ "$(stat -c %s "$work/frames" 2>/dev/null || echo 0)" -gt 52 ] && break
    sleep 0.1
  done
  kill "$pid"
  wait "$pid" || true
  pid=
  od -An -tx1 -j46 -N6 "$work/frames" | xargs | tr ' ' :
}

one=$(sender virtio-net-pci 02:1e:a5:b0:00:07)
other=$(sender virtio-net-pci 02:99:88:77:66:55)
intel=$(sender e1000 02:1e:a5:b0:00:07)
echo "virtio, 02:1e:a5:b0:00:07: $one; virtio, 02:99:88:77:66:55: $other; e1000, 02:1e:a5:b0:00:07: $intel"
[ "$one" = 02:02:02:02:02:02 ] && [ "$other" = 02:02:02:02:02:02 ] && [ "$intel" = 02:1e:a5:b0:00:07 ]
echo "U-Boot $uboot: as described"
