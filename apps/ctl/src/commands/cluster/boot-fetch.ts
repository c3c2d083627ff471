// `leasehold boot fetch`: boot loaders out of Debian's packages into the folder that boot servers serve. None of them is a part of Leasehold.

import { LOADER_FILES } from "../../boot/loader-files.ts";
import type { Command } from "../../command.ts";
import { Failure, usageFailure } from "../../failure.ts";
import { table } from "../../text/table.ts";

const DEFAULT_FOLDER = "/srv/boot";

export const loaders: Command = {
  name: "boot fetch",
  positionals: [],
  about:
    "Unpack the boot loaders of Debian's ipxe, pxelinux and GRUB packages into a folder. Nothing is installed.",
  options: {
    into: {
      type: "string",
      value: "DIR",
      about: `The folder: files.root of bootd.yaml. Default ${DEFAULT_FOLDER}.`,
    },
    suite: {
      type: "string",
      value: "NAME",
      about: "Of this Debian release, like trixie. Default: the one that this machine runs.",
    },
  },
  async run({ options, environment, say }) {
    const into = options.text("into") ?? DEFAULT_FOLDER;
    const suite = options.text("suite");
    if (suite !== undefined && !/^[a-z][a-z0-9-]{1,30}$/.test(suite))
      throw usageFailure(
        `\`${suite}\` is not the name of a Debian release.`,
        "Write bookworm, trixie or forky.",
      );
    say(`Unpacking Debian's boot loaders into ${into} …`);
    const { files, missing } = await environment.unpackLoaders({ files: LOADER_FILES, into, suite });
    if (files.length === 0)
      throw new Failure(
        "Debian's packages have none of the boot loaders.",
        "Check the name of the release.",
        {
          details: missing,
        },
      );
    const rows = files.map(({ name, debianPackage, version, octets, sha256 }) => [
      ...[name, `${debianPackage} ${version}`, String(octets), sha256],
    ]);
    const lines = [
      ...table(["FILE", "PACKAGE", "OCTETS", "SHA-256"], rows),
      ...missing.map((one) => `not there: ${one}`),
    ];
    return { json: { into, files, missing }, lines };
  },
};
