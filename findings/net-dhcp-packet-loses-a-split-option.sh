#!/usr/bin/env bash
# Perl's Net::DHCP::Packet 0.696 (Debian's libnet-dhcp-perl) reads an option that stands twice (RFC 3396) and writes it back wrong.
#
# Guessed: it gives the first part, or both joined, and `serialize` writes what was read.
# Seen: getOptionValue gives the last part alone, and `serialize` writes that last part twice: host name "ab" + "cd" becomes "cd" +
# "cd". A relay, proxy or log tool made with it changes what it passes on. Option 121, whose constant it knows, ends in "unpack csr
# field still WIP", and 61 and 93 come as octets with a warning.
#
# Needs: apt of Debian bookworm, perl. Nothing is sent. Exits 0 while it behaves so.
set -euo pipefail
version=0.696+dfsg-3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "libnet-dhcp-perl=$version" && dpkg-deb -x libnet-dhcp-perl_*.deb root)
got=$(perl -I "$work/root/usr/share/perl5" - 2>/dev/null <<'PERL'
use strict;
use Net::DHCP::Packet;
use Net::DHCP::Constants;
my $head = pack('H*', '0101060000000001' . '00' x 20 . '020000000001' . '00' x 10 . '00' x 192 . '63825363');
my $split = Net::DHCP::Packet->new($head . pack('H*', '350101' . '0c026162' . '0c026364' . 'ff' . '00' x 60));
print $split->getOptionValue(12), ' ', unpack('H*', substr($split->serialize(), 243, 8)), "\n";
my $routes = Net::DHCP::Packet->new($head . pack('H*', '350105' . '7908180a01020a000001' . 'ff' . '00' x 60));
my @routes = eval { $routes->getOptionValue(121) };
print $@;
PERL
)
echo "$got"
sed -n 1p <<<"$got" | grep -qx 'cd 0c0263640c026364' || { echo 'it was: cd 0c0263640c026364'; exit 1; }
grep -q 'csr field still WIP' <<<"$got" || { echo 'option 121 is read now'; exit 1; }
echo "libnet-dhcp-perl $version: as described"
