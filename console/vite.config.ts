import react from "@vitejs/plugin-react";
import license, { type Dependency } from "rollup-plugin-license";
import { defineConfig } from "vite";

/** The operators' listener that pages under development talk to. */
const server = process.env["RAIDKEEP_OPERATORS"] ?? "http://127.0.0.1:7352";

let licences = "";

/** The terms of the MIT licence, for packages that name it and ship no file with its text. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
IN THE SOFTWARE.`;

/** The terms of the Unlicense, likewise. */
const UNLICENSE = `This is free and unencumbered software released into the public domain.

Anyone is free to copy, modify, publish, use, compile, sell, or distribute this software, either in source code form or as a compiled binary, for any
purpose, commercial or non-commercial, and by any means.

In jurisdictions that recognize copyright laws, the author or authors of this software dedicate any and all copyright interest in the software to the
public domain. We make this dedication for the benefit of the public at large and to the detriment of our heirs and successors. We intend this
dedication to be an overt act of relinquishment in perpetuity of all present and future rights to this software under copyright law.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN
ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The licence text of a package: its own, or that of the licence it names. */
function termsOf({ name, license: kind, licenseText, author }: Dependency): string {
  if (licenseText !== null) return licenseText.trim();
  if (kind === "Unlicense") return UNLICENSE;
  if (kind !== "MIT") throw new Error(`${name ?? "a package"} has no licence text`);
  return `MIT License\n\nCopyright (c) ${author?.name ?? `the authors of ${name ?? "the package"}`}\n\n${MIT}`;
}

/** Keeps the licence text of every package that is in the bundle. */
function noteLicences(packages: readonly Dependency[]): void {
  const texts = packages.map((bundled) => {
    const { name, version, license: kind } = bundled;
    return `${name ?? ""} ${version ?? ""} (${kind ?? ""})\n\n${termsOf(bundled)}\n`;
  });
  licences = `The console contains the following packages.\n\n${texts.sort().join(`\n${"-".repeat(80)}\n\n`)}`;
}

export default defineConfig({
  // Below whatever path a proxy puts in front.
  base: "./",
  plugins: [react()],
  build: {
    outDir: "built",
    emptyOutDir: true,
    target: ["es2022", "chrome105", "safari15.4", "firefox110"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: false,
        entryFileNames: "app.js",
        assetFileNames: "[name][extname]",
      },
      plugins: [
        license({ thirdParty: { output: noteLicences, multipleVersions: true } }),
        {
          name: "licences",
          generateBundle() {
            this.emitFile({ type: "asset", fileName: "licenses.txt", source: licences });
          },
        },
      ],
    },
  },
  server: {
    proxy: {
      "/ws": { target: server, ws: true, changeOrigin: true, rewriteWsOrigin: true },
      "/metrics": { target: server, changeOrigin: true },
    },
  },
});
