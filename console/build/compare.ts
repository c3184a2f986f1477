import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

/** Builds the console anew and fails if what is committed in `built/` is not the same. */
const root = join(import.meta.dirname, "..");
const committed = join(root, "built");
const anew = mkdtempSync(join(tmpdir(), "raidkeep-console-built-"));
try {
  await build({ root, logLevel: "warn", build: { outDir: anew, emptyOutDir: true } });
  const names = [...new Set([...readdirSync(committed), ...readdirSync(anew)])].sort();
  const differing = names.filter((name) => contentOf(committed, name) !== contentOf(anew, name));
  if (differing.length > 0) {
    console.error(`built/ is not what its sources give: ${differing.join(", ")}`);
    console.error("Run `npm run build --prefix console` and commit what it writes.");
    process.exitCode = 1;
  }
} finally {
  rmSync(anew, { recursive: true, force: true });
}

function contentOf(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), "latin1");
  } catch {
    return undefined;
  }
}
