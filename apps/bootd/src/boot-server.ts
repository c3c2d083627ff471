// A boot server on a machine: its views, TFTP and HTTP, and its heartbeat; started, and stopped in order.
import { randomBytes } from "node:crypto";
import { type Bus, beat, INVENTORY, LEASES, NETWORK, requireBuckets } from "@leasehold/bus";
import { BEAT_EVERY_MS, type Heartbeat, type NodeState, newBootId, withinBounds } from "@leasehold/cluster";
import { listenAddress, logIn } from "@leasehold/daemon";
import type { Logger } from "pino";
import type { BootFile } from "./boot-file.ts";
import { Desk } from "./desk.ts";
import { openFolder } from "./io/files/folders.ts";
import { BootHttp } from "./io/http/boot-http.ts";
import { BootTftp } from "./io/tftp/boot-tftp.ts";
import { TftpFiles } from "./io/tftp/tftp-files.ts";
import { upstreamOf } from "./io/upstream/upstream.ts";
import type { Files } from "./routes/route.ts";
import { Counters } from "./served/counters.ts";
import { ServedLog } from "./served/served-log.ts";
import { ScriptLoops } from "./timeline/script-loops.ts";
import { Timeline } from "./timeline/timeline.ts";
import { BootViews } from "./views/boot-views.ts";

const BUCKETS = [NETWORK, INVENTORY, LEASES];
const steady = () => performance.now();

export class BootServer {
  readonly counters = new Counters();
  readonly views: BootViews;
  readonly served: ServedLog;
  readonly timeline: Timeline;
  readonly http: BootHttp;
  readonly tftp: BootTftp;
  readonly file: BootFile;
  readonly #version: string;
  readonly #log: Logger;
  readonly #bootId = newBootId(Date.now(), randomBytes(6).toString("hex"));
  #files: Files | undefined;
  #bus: Bus | undefined;
  #beating: NodeJS.Timeout | undefined;
  #state: NodeState = "starting";

  constructor(file: BootFile, version: string, log: Logger) {
    this.file = file;
    this.#version = version;
    this.#log = log;
    const { counters } = this;
    this.views = new BootViews({ log, counters, steady });
    this.served = new ServedLog({ log, counters, steady, wall: Date.now });
    this.timeline = new Timeline({
      ...{ node: file.name, loops: new ScriptLoops({ knowledge: this.views, steady }), wall: Date.now },
      onLoop: (mac, { address, profile }) => {
        counters.count("loops");
        log.warn({ mac, address, profile }, "a machine boots again and again; it gets a script that says so");
      },
    });
    this.served.subscribe(this.timeline.note);
    const { reply } = this.#desk();
    const report = this.served.note;
    const onRefusedConnection = () => counters.count("refusedConnections");
    const { tls, connectionsMax } = file.http;
    const listen = listenAddress(file.http.listen)!;
    this.http = new BootHttp({ listen, tls, connectionsMax, reply, report, steady, onRefusedConnection });
    this.tftp = new BootTftp({ file: file.tftp, files: new TftpFiles({ reply, report }), log });
  }

  /** Files are served at once, scripts when the views are complete: a machine that waits asks again. */
  async start(isStopped: () => boolean): Promise<void> {
    const { file, views } = this;
    this.#files = await openFolder(file.files.root);
    await this.http.start();
    await this.tftp.start();
    const verify = (bus: Bus) => requireBuckets(bus, BUCKETS);
    this.#bus = await logIn(file, {
      ...{ log: this.#log, isStopped, verify },
      onBadMessage: () => this.counters.count("badMessages"),
    });
    views.follow(this.#bus);
    this.timeline.follow(this.#bus);
    this.#beating = setInterval(() => this.#beat(), BEAT_EVERY_MS);
    this.#beat();
  }

  unreadiness(): string | undefined {
    return this.#state === "stopped" ? "it stops" : this.views.missing();
  }

  get isConnected(): boolean {
    return this.#bus?.connected ?? false;
  }

  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#beat();
    clearInterval(this.#beating);
    this.tftp.close();
    await this.http.close();
    await this.views.stop();
    await this.#bus?.close();
  }

  #desk(): Desk {
    const upstream = upstreamOf({
      steady,
      onFault: (url, reason) => {
        this.counters.count("upstreamFaults");
        this.served.warnOfServer(url, reason);
      },
    });
    return new Desk({
      ...{ node: this.file.name, knowledge: this.views, wall: Date.now },
      files: { open: async (path) => this.#files?.open(path) ?? "notFound" },
      upstream,
      missing: () => this.views.missing(),
      loopOf: (mac, profile) => this.timeline.loopOf(mac, profile),
      onFault: (cause, { name, via, client }) => {
        this.counters.count("faults");
        this.#log.error({ err: cause, name, via, client }, "a request could not be answered");
      },
      onOtherScript: (who, reason) => this.served.warn(who, reason),
    });
  }

  #beat(): void {
    if (this.#bus === undefined) return;
    const notReady = this.unreadiness();
    if (this.#state !== "stopped") this.#state = notReady === undefined ? "serving" : "starting";
    beat(this.#bus, this.file.name, this.#heartbeat(notReady), "bootServers");
  }

  #heartbeat(notReady: string | undefined): Heartbeat {
    const { name, api } = this.file;
    return withinBounds({
      ...{ node: name, version: this.#version, role: "boot", bootId: this.#bootId, state: this.#state },
      ...{ addresses: this.tftp.addresses, api: api.listen, notReady: notReady ?? null },
    });
  }
}
