// Loaded before dhcpd (`node --import`): the first ACK that is made for each client of THROWS_FOR, hardware addresses with commas,
// throws where its octets are copied for the kernel. A mistake of ours as it could be anywhere, in a real process.
const victims = new Set((process.env.THROWS_FOR ?? "").split(",").map((mac) => mac.replaceAll(":", "")));
const BOOTREPLY = 2;
const CHADDR = 28;
const MESSAGE_TYPE = [53, 1, 5] as const;
const COOKIE_END = 240;

const { set } = Uint8Array.prototype;
Uint8Array.prototype.set = function (octets: ArrayLike<number>, offset?: number): void {
  if (octets instanceof Uint8Array && isVictim(octets)) throw new Error("planted where a reply is sent");
  set.call(this, octets, offset);
};

function isVictim(octets: Uint8Array): boolean {
  if (octets.length <= COOKIE_END || octets[0] !== BOOTREPLY) return false;
  if (!MESSAGE_TYPE.every((octet, i) => octets[COOKIE_END + i] === octet)) return false;
  return victims.delete(Buffer.from(octets.subarray(CHADDR, CHADDR + 6)).toString("hex"));
}
