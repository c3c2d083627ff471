// `leasehold init`: creates the buckets and the stream in NATS, or checks that they are as they should be.
import type { Command, Context, Options } from "../../command.ts";
import { usageFailure } from "../../failure.ts";
import type { StoreLogin } from "../../io/store.ts";

export const init: Command = {
  name: "init",
  positionals: [],
  about: "Create the buckets and streams of Leasehold in NATS JetStream. Safe to repeat.",
  options: {
    nats: { type: "string", multiple: true, value: "URL", about: "NATS servers, separated by commas." },
    user: { type: "string", value: "NAME", about: "A NATS user that may create streams." },
    "password-file": {
      type: "string",
      value: "FILE",
      about: "File with the password of this user. Or env LEASEHOLD_NATS_PASSWORD.",
    },
    "credentials-file": {
      type: "string",
      value: "FILE",
      about: "NATS .creds file, in place of user and password.",
    },
    ca: { type: "string", value: "FILE", about: "TLS: the CA of the NATS servers." },
    cert: { type: "string", value: "FILE", about: "TLS: the client's certificate." },
    key: { type: "string", value: "FILE", about: "TLS: the client's key." },
    replicas: {
      type: "string",
      value: "1|3",
      about: "Number of replicas (default 3). Use 1 with a single NATS server.",
    },
  },
  async run(context) {
    const replicas = replicasOf(context.options);
    const login = await loginOf(context);
    const { made, corrected } = await context.environment.prepareStore(login, replicas);
    const what = [
      ...(made.length > 0 ? [`Made ${made.join(", ")}.`] : []),
      ...(corrected.length > 0 ? [`Protected ${corrected.join(", ")} against purges and rollups.`] : []),
    ];
    if (what.length === 0) what.push("Everything exists already and is correct.");
    return {
      json: { servers: login.servers, replicas, made, corrected },
      lines: [...what, "Next: start the nodes, then `leasehold apply network.yaml`."],
    };
  },
};

function replicasOf(options: Options): 1 | 3 {
  const wanted = options.text("replicas") ?? "3";
  if (wanted === "1") return 1;
  if (wanted === "3") return 3;
  throw usageFailure(
    `Invalid --replicas \`${wanted}\`: it must be 1 or 3.`,
    "Three servers survive the loss of one. Use 1 only for a trial.",
  );
}

async function loginOf({ options, environment }: Context): Promise<StoreLogin> {
  const servers = options.texts("nats");
  if (servers.length === 0) {
    throw usageFailure(
      "`leasehold init` needs to know the NATS servers.",
      "Name them: --nats nats://10.77.0.11:4222,nats://10.77.0.12:4222.",
    );
  }
  const user = options.text("user");
  const password = await passwordOf({ options, environment });
  const credentialsFile = options.text("credentials-file");
  if (user !== undefined && password === undefined) {
    throw usageFailure(
      `There is no password for the NATS user \`${user}\`.`,
      "Give --password-file FILE, or set LEASEHOLD_NATS_PASSWORD.",
    );
  }
  return {
    servers: [...servers],
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(credentialsFile !== undefined && { credentialsFile }),
    ...tlsOf(options),
  };
}

async function passwordOf({
  options,
  environment,
}: Pick<Context, "options" | "environment">): Promise<string | undefined> {
  const file = options.text("password-file");
  return file === undefined
    ? environment.env.LEASEHOLD_NATS_PASSWORD
    : (await environment.readText(file)).trimEnd();
}

function tlsOf(options: Options): Pick<StoreLogin, "tls"> {
  const given = (["ca", "cert", "key"] as const)
    .map((name) => [name, options.text(name)] as const)
    .filter(([, file]) => file !== undefined);
  return given.length > 0 ? { tls: Object.fromEntries(given) } : {};
}
