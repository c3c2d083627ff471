// Whether a server has begun to serve, asked as its clients ask.
import type { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/shell.ts";

/** The host of the lab that asks. */
export const ASKER = "r1";

export async function awaitHttp(lab: Lab, url: string): Promise<void> {
  await until(
    `${url} is served`,
    20,
    async () => (await lab.exec(ASKER, ["curl", "-sf", "-o", "/dev/null", url])).code === 0,
  );
}

export async function awaitTftp(lab: Lab): Promise<void> {
  const url = `tftp://${lab.host("n1").address}/there`;
  await until("TFTP is served", 20, async () => {
    const { code } = await lab.exec(ASKER, ["curl", "-s", "--max-time", "2", "-o", "/dev/null", url]);
    return code === 0;
  });
}
