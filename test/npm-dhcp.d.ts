// The parts of the npm package `dhcp` that tests use as an oracle. It has no types of its own.

declare module "dhcp/lib/protocol.js" {
  export interface OraclePacket {
    op: number;
    htype: number;
    hlen: number;
    hops: number;
    xid: number;
    secs: number;
    flags: number;
    ciaddr: string;
    yiaddr: string;
    siaddr: string;
    giaddr: string;
    chaddr: string;
    sname: string;
    file: string;
    options: Record<number, unknown>;
  }
  const protocol: {
    parse(bytes: Buffer): OraclePacket;
    format(packet: OraclePacket): { _data: Buffer; _w: number };
  };
  export default protocol;
}

declare module "dhcp/lib/options.js" {
  const options: { opts: Record<number, { name: string; type: string }> };
  export default options;
}
