// Where a server listens, as it is written in a file: `0.0.0.0:8067`, `:8067`, `[::1]:8067`.

const LISTEN = /^(\[[0-9a-fA-F:.%\w]+\]|[^\s:[\]]*):(\d{1,5})$/;

/** Undefined when the text does not say, or the port is out of range. */
export function listenAddress(text: string): { host: string; port: number } | undefined {
  const [, host = "", digits = ""] = LISTEN.exec(text) ?? [];
  const port = Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, "$1") || "0.0.0.0", port };
}
