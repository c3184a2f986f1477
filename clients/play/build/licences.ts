import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The licence texts of the packages that these input files come from, each once, in the order of their names. */
export function licencesOf(inputs: string[], root: string): string {
  const packages = new Set<string>();
  for (const input of inputs) {
    const parts = input.split("node_modules/");
    const inside = parts.at(-1);
    if (parts.length > 1 && inside !== undefined) packages.add(join(root, folderOf(parts.slice(0, -1), inside)));
  }
  const texts = [...packages].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      name: string;
      version: string;
      license: string;
    };
    return `${name} ${version} (${license})\n\n${licenceText(folder)}`;
  });
  return `This page contains the following packages.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

function folderOf(before: string[], inside: string): string {
  const [scope = "", name = ""] = inside.split("/");
  const packageName = scope.startsWith("@") ? join(scope, name) : scope;
  return `${before.join("node_modules/")}node_modules/${packageName}`;
}

function licenceText(folder: string): string {
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((name) => join(folder, name)).find(existsSync);
  if (file === undefined) throw new Error(`${dirname(folder)}: a bundled package has no licence text`);
  return `${readFileSync(file, "utf8").trim()}\n`;
}
