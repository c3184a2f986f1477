import react from "@vitejs/plugin-react";
import license, { type Dependency } from "rollup-plugin-license";
import { defineConfig } from "vite";

/** The operators' listener that pages under development talk to. */
const server = process.env["RAIDKEEP_OPERATORS"] ?? "http://127.0.0.1:7352";

let licences = "";

/** Keeps the licence text of every package that is in the bundle. */
function noteLicences(packages: readonly Dependency[]): void {
  const texts = packages.map(({ name, version, license: kind, licenseText }) => {
    if (licenseText === null) throw new Error(`${name ?? "a package"} has no licence text`);
    return `${name ?? ""} ${version ?? ""} (${kind ?? ""})\n\n${licenseText.trim()}\n`;
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
