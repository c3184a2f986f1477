import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const shipped = join(import.meta.dirname, "../../../../assets");

/** A copy of the shipped assets, for a test that needs some of them different. */
export class Assets {
  readonly folder = mkdtempSync(join(tmpdir(), "raidkeep-assets-"));

  constructor() {
    cpSync(shipped, this.folder, { recursive: true });
  }

  /** Changes every place in a file that fits; there must be one. */
  change(file: string, from: RegExp, to: string): void {
    const path = join(this.folder, file);
    const text = readFileSync(path, "utf8");
    if (!from.test(text)) throw new Error(`${file} has no ${from.source}`);
    writeFileSync(path, text.replaceAll(new RegExp(from, "g"), to));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
