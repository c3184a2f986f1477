/** Builds `dist`: ES modules and CommonJS, each with its types. */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(`${root}dist`, { recursive: true, force: true });
for (const [folder, format] of [
  ["esm", "esm"],
  ["cjs", "cjs"],
] as const) {
  await build({
    absWorkingDir: root,
    entryPoints: ["src/index.ts", "src/wechat.ts"],
    outdir: `dist/${folder}`,
    bundle: true,
    splitting: format === "esm",
    format,
    target: "es2020",
    platform: "neutral",
    sourcemap: true,
    logLevel: "warning",
  });
  execFileSync(process.execPath, [compiler, "-p", "tsconfig.build.json", "--outDir", `dist/${folder}`], {
    cwd: root,
    stdio: "inherit",
  });
}
// Without it, the package's "type": "module" would hold for the CommonJS files and their types too.
writeFileSync(`${root}dist/cjs/package.json`, '{ "type": "commonjs" }\n');
