/** Fails when the client, minified and compressed as a page would load it, is larger than it may be. */
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const MOST_BYTES = 12 * 1024;
const root = fileURLToPath(new URL("..", import.meta.url));

for (const entry of ["index", "wechat"]) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`dist/esm/${entry}.js`],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  const bytes = gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
  console.log(`${entry}: ${bytes} bytes, minified and compressed; at most ${MOST_BYTES}`);
  if (bytes > MOST_BYTES) process.exitCode = 1;
}
