// TFTP without sockets and files: packets, what is agreed on, and the sending side of a transfer. `./server` is the shell around it.
export { pathOf } from "./file-name.ts";
export { decode, encode, type Packet } from "./packet.ts";
export { agree, defaultPolicy } from "./terms.ts";
export { advance, begin, type Step, type Transfer } from "./transfer.ts";
