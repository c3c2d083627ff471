#!/usr/bin/env bash
# curl 7.88.1 (Debian bookworm): a file of size 0 cannot be had by TFTP from a server that acknowledges tsize.
#
# Guessed: an empty file and exit code 0, as from atftp, busybox and tftp-hpa; RFC 2349 has no least size.
# Seen: curl asks for `tsize` by itself, takes the 0 in the OACK for "invalid tsize", and ends with 71 without an ERROR packet, so that
# the server goes on sending until it gives up. With --tftp-no-options the same file is had. Empty files are not rare in boot trees: a
# vendor-data or an autoexec that shall do nothing. A server that leaves tsize out of the OACK for an empty file (RFC 2347 lets it) is
# right for every client; Leasehold does so.
#
# Needs: root (or `unshare -Urnm`), apt of Debian bookworm. Loopback only. Exits 0 while it behaves so.
set -euo pipefail
curl=7.88.1-10+deb12u15
hpa=5.2+20150808-1.4
work=$(mktemp -d)
chmod 755 "$work"
pid=
finish() { [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "curl=$curl" "libcurl4=$curl" "tftpd-hpa=$hpa" libwrap0 libnsl2 libtirpc3 \
  libnghttp2-14 libidn2-0 librtmp1 libssh2-1 libpsl5 libldap-2.5-0 libbrotli1 &&
  for one in *.deb; do dpkg-deb -x "$one" all; done)
LD_LIBRARY_PATH=$(find "$work/all" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd:)
export LD_LIBRARY_PATH
mkdir -p "$work/files"
printf 'ten octets' >"$work/files/ten"
: >"$work/files/empty"
chmod -R a+rX "$work/files"
"$work/all/usr/sbin/in.tftpd" -L -a 127.0.0.1:16903 -u nobody -s "$work/files" >/dev/null 2>&1 &
pid=$!

# The exit code, and how many octets came.
get() {
  local code=0
  rm -f "$work/got"
  "$work/all/usr/bin/curl" --silent --max-time 20 --output "$work/got" "$@" || code=$?
  if [ -e "$work/got" ]; then echo "$code $(stat -c %s "$work/got")"; else echo "$code nothing"; fi
}
for _ in $(seq 20); do
  ten=$(get tftp://127.0.0.1:16903/ten)
  [ "$ten" = "0 10" ] && break
  sleep 0.2
done
empty=$(get tftp://127.0.0.1:16903/empty)
plain=$(get --tftp-no-options tftp://127.0.0.1:16903/empty)
echo "ten octets: $ten; empty: $empty; empty, without options: $plain"
[ "$ten" = "0 10" ]
[ "${empty%% *}" = 71 ]
[ "${plain%% *}" = 0 ]
echo "curl $curl with tftpd-hpa $hpa: as described"
