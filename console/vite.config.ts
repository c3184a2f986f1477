import react from "@vitejs/plugin-react";
import license from "rollup-plugin-license";
import { defineConfig } from "vite";

/** The operators' listener that pages under development talk to. */
const server = process.env["RAIDKEEP_OPERATORS"] ?? "http://127.0.0.1:7352";

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
        license({
          thirdParty: { output: { file: "built/licenses.txt" }, includePrivate: false, multipleVersions: true },
        }),
      ],
    },
  },
  server: {
    proxy: {
      "/ws": { target: server, ws: true, changeOrigin: true, rewriteWsOrigin: true },
      "/metrics": { target: server, changeOrigin: true },
      "/console/log": { target: server, changeOrigin: true },
    },
  },
});
