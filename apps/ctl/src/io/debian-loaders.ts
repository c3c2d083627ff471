// Files out of Debian packages: fetched by the machine's own apt from its own mirror, checked by Debian's keyring, unpacked and not installed.
// apt's lists, cache and sources are private, so that nothing of the machine's state changes, and no root is needed.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../failure.ts";

export interface LoaderFile {
  readonly name: string;
  readonly debianPackage: string;
  /** Where a release has it, the newest first. */
  readonly paths: readonly string[];
}

export interface Unpacked {
  readonly name: string;
  readonly debianPackage: string;
  readonly version: string;
  readonly octets: number;
  readonly sha256: string;
}

export interface UnpackedLoaders {
  readonly files: readonly Unpacked[];
  /** In words: files that this release does not have. */
  readonly missing: readonly string[];
}

export interface LoaderRequest {
  readonly files: readonly LoaderFile[];
  readonly into: string;
  /** Undefined: the release of this machine. */
  readonly suite: string | undefined;
}

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const APT_TIMEOUT_MS = 300_000;
const runFile = promisify(execFile);

export async function unpackLoaders({ files, into, suite }: LoaderRequest): Promise<UnpackedLoaders> {
  const at = await mkdtemp(`${tmpdir()}/leasehold-loaders-`);
  try {
    await openFolder(into);
    const apt = await privateApt(at, suite ?? (await ownSuite()));
    await apt(["update"]);
    const found: Unpacked[] = [];
    const missing: string[] = [];
    for (const [debianPackage, wanted] of Map.groupBy(files, (one) => one.debianPackage)) {
      const version = await unpackPackage(apt, at, debianPackage);
      if (version === undefined) missing.push(`the package ${debianPackage}`);
      else
        for (const one of wanted) {
          const stored = await store(one, { root: `${at}/${debianPackage}`, into, version });
          if (stored === undefined) missing.push(`${one.name}, in ${debianPackage} ${version}`);
          else found.push(stored);
        }
    }
    return { files: found, missing };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw failureOf(cause, into);
  } finally {
    await rm(at, { recursive: true, force: true });
  }
}

/** Its last part is made where it is missing, and no more: a folder that does not exist is most likely a slip. */
async function openFolder(into: string): Promise<void> {
  try {
    await mkdir(into);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(into)).isDirectory()) return;
    const above = dirname(resolve(into));
    if (code === "ENOENT" && !existsSync(above)) {
      const fix = `Make it (mkdir -p ${above}), or name another one with --into.`;
      throw new Failure(`There is no folder ${above}.`, fix, { cause });
    }
    const fix = "Choose a folder that you may write to with --into.";
    throw new Failure(`The folder ${into} cannot be made: ${message}.`, fix, { cause });
  }
}

function failureOf(cause: unknown, into: string): Failure {
  const {
    code,
    stderr = "",
    message,
    path,
  } = cause as { code?: unknown; stderr?: string; message: string; path?: string };
  if (typeof code === "string" && path !== undefined && code !== "ENOENT")
    return new Failure(
      `${path}: ${message}.`,
      `Choose a folder that you may write to with --into, or run this as root (${into}).`,
      { cause },
    );
  if (code === "ENOENT")
    return new Failure(
      "This machine has no apt-get or dpkg-deb.",
      "Run this on a Debian machine, and copy the files.",
      { cause },
    );
  const words = stderr
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .slice(0, 10);
  return new Failure(
    "apt could not fetch the packages.",
    "Check the network, the name of the release, and `apt-get update`.",
    {
      details: words.length > 0 ? words : [message],
      cause,
    },
  );
}

type Apt = (words: readonly string[]) => Promise<void>;

async function privateApt(at: string, suite: string): Promise<Apt> {
  for (const folder of ["lists/partial", "cache/archives/partial"])
    await mkdir(`${at}/${folder}`, { recursive: true });
  const trust = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : "";
  await writeFile(`${at}/sources.list`, `deb ${trust}${await debianMirror()} ${suite} main\n`);
  const options = [
    ...[`Dir::State::lists=${at}/lists`, `Dir::Cache=${at}/cache`, `Dir::Etc::sourcelist=${at}/sources.list`],
    ...[
      "Dir::Etc::sourceparts=/dev/null",
      "Acquire::Languages=none",
      "Acquire::Retries=3",
      "Debug::NoLocking=1",
    ],
    ...["APT::Update::Error-Mode=any", `APT::Sandbox::User=${userInfo().username}`],
  ].flatMap((option) => ["-o", option]);
  return async (words) => {
    await runFile("apt-get", ["-qq", ...options, ...words], {
      cwd: at,
      maxBuffer: 1 << 24,
      timeout: APT_TIMEOUT_MS,
    });
  };
}

async function debianMirror(): Promise<string> {
  const { stdout } = await runFile("apt-get", ["indextargets", "--format", "$(REPO_URI)"]);
  const mirror = stdout.split("\n").find((line) => /\/debian\/?$/.test(line));
  if (mirror !== undefined) return mirror;
  throw new Failure(
    "apt's sources on this machine name no Debian mirror.",
    "Run this on a Debian machine, and copy the files.",
  );
}

async function ownSuite(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  if (suite !== undefined) return suite;
  throw new Failure("/etc/os-release does not name this machine's release.", "Name one with --suite.");
}

/** Its version; undefined where the release has no such package. */
async function unpackPackage(apt: Apt, at: string, debianPackage: string): Promise<string | undefined> {
  try {
    await apt(["download", debianPackage]);
  } catch (cause) {
    if (
      /Unable to locate package|has no installation candidate|Can't select candidate/.test(
        String((cause as { stderr?: string }).stderr),
      )
    )
      return undefined;
    throw cause;
  }
  const archive = (await readdir(at)).find(
    (name) => name.startsWith(`${debianPackage}_`) && name.endsWith(".deb"),
  );
  if (archive === undefined) return undefined;
  await runFile("dpkg-deb", ["-x", `${at}/${archive}`, `${at}/${debianPackage}`]);
  const { stdout } = await runFile("dpkg-deb", ["-f", `${at}/${archive}`, "Version"]);
  return stdout.trim();
}

/** Beside the old file and renamed, so that a transfer that runs has the old one as a whole. */
async function store(
  { name, debianPackage, paths }: LoaderFile,
  { root, into, version }: { root: string; into: string; version: string },
): Promise<Unpacked | undefined> {
  const real = await fileOf(root, paths);
  if (real === undefined) return undefined;
  const octets = await readFile(real);
  const fresh = `${into}/.${name}.new`;
  await writeFile(fresh, octets, { mode: 0o644 });
  await rename(fresh, `${into}/${name}`);
  const sha256 = createHash("sha256").update(octets).digest("hex");
  return { name, debianPackage, version, octets: octets.length, sha256 };
}

/** A link of a package may lead to another package's file, or out of what was unpacked: then it is none. */
async function fileOf(root: string, paths: readonly string[]): Promise<string | undefined> {
  const within = `${await realpath(root)}/`;
  for (const path of paths) {
    const real = await realpath(`${root}/${path}`).catch(() => undefined);
    if (real?.startsWith(within)) return real;
  }
  return undefined;
}
