// Runs on a node's host, for profile.ts: takes a CPU profile of the process there whose inspector has been opened by SIGUSR1,
// for so many seconds, and prints it as `.cpuprofile`.
const [seconds = "5"] = process.argv.slice(2);
const LIST = "http://127.0.0.1:9229/json/list";
const SAMPLE_MICROS = 200;

const [target] = (await (await fetch(LIST)).json()) as [{ readonly webSocketDebuggerUrl: string }];
const socket = new WebSocket(target.webSocketDebuggerUrl);
await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));

let asked = 0;
function ask(method: string, params: object = {}): Promise<{ readonly profile?: unknown }> {
  const id = ++asked;
  socket.send(JSON.stringify({ id, method, params }));
  return new Promise((resolve) => {
    const hear = ({ data }: MessageEvent) => {
      const answer = JSON.parse(String(data)) as { readonly id: number; readonly result: object };
      if (answer.id !== id) return;
      socket.removeEventListener("message", hear);
      resolve(answer.result);
    };
    socket.addEventListener("message", hear);
  });
}

await ask("Profiler.enable");
await ask("Profiler.setSamplingInterval", { interval: SAMPLE_MICROS });
await ask("Profiler.start");
await new Promise((resolve) => setTimeout(resolve, 1000 * Number(seconds)));
const { profile } = await ask("Profiler.stop");
process.stdout.write(JSON.stringify(profile), () => socket.close());
