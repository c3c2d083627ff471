#!/usr/bin/env bash
# nats.js (@nats-io/transport-node 3.4.0) dials a NATS server by its IP address, which speaks TLS with a right certificate.
#
# Guessed: the certificate is checked against the address (its IP entries of subjectAltName), as Go's client does.
# Seen: it passes an empty server name to node:tls, which then checks for "localhost": the right certificate is refused.
#
# Needs: npm, openssl, Node 22 or newer. Listens on 127.0.0.1 only. Exits 0 while it behaves so.
set -euo pipefail
version=3.4.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" "@nats-io/transport-node@$version"
new=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
openssl req -x509 "${new[@]}" -days 2 -subj /CN=ca -keyout ca.key -out ca.pem 2>/dev/null
for name in IP:127.0.0.1; do
  openssl req "${new[@]}" -subj /CN=server -keyout "$name.key" -out "$name.csr" 2>/dev/null
  echo "subjectAltName=$name" >"$name.ext"
  openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile "$name.ext" -out "$name.pem" 2>/dev/null
done
cat >try.cjs <<'NODE'
const { createServer } = require("node:net");
const { TLSSocket } = require("node:tls");
const { readFileSync } = require("node:fs");
const { connect } = require("@nats-io/transport-node");
const INFO = JSON.stringify({ server_id: "x", version: "2.12.3", proto: 1, headers: true, max_payload: 1048576, tls_required: true });

/** As much of a NATS server as a connection needs. */
function serve(name) {
  const pair = { cert: readFileSync(`${name}.pem`), key: readFileSync(`${name}.key`) };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(`INFO ${INFO}\r\n`, () => {
      const secure = new TLSSocket(socket, { isServer: true, ...pair });
      secure.on("error", () => {});
      secure.write(`INFO ${INFO}\r\n`);
      secure.on("data", (data) => /PING/.test(data) && secure.write("PONG\r\n"));
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

(async () => {
  for (const name of ["IP:127.0.0.1"]) {
    const server = await serve(name);
    const servers = `127.0.0.1:${server.address().port}`;
    const outcome = await connect({ servers, tls: { caFile: "ca.pem" }, reconnect: false, timeout: 5000 }).then(
      async (nc) => (await nc.close(), "taken"),
      ({ message }) => `refused: ${message}`,
    );
    console.log(`${name} at 127.0.0.1: ${outcome}`);
    server.close();
  }
  process.exit(0);
})();
NODE
got=$(node try.cjs)
echo "$got"
grep -q '^IP:127.0.0.1 at 127.0.0.1: refused: .*Host: localhost' <<<"$got" || { echo 'the right certificate is taken now'; exit 1; }
echo "@nats-io/transport-node $version: as described"
