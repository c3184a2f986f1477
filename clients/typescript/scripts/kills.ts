/**
 * `RAIDKEEP_PROGRAM=.. npm run kills -- --kills 200 --clients 50 --seed 1`: kills the server under load and says what
 * became of the calls; exit code 1 if one was lost or doubled. With `--bad-network`, a hostile proxy stands between.
 */
import { parseArgs } from "node:util";
import { kills } from "../test/support/kills.js";
import { Program } from "../test/support/program.js";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    clients: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    "bad-network": { type: "boolean", default: false },
  },
});

const program = await Program.start();
try {
  const began = performance.now();
  const report = await kills(program, {
    kills: Number(values.kills),
    clients: Number(values.clients),
    seed: Number(values.seed),
    isNetworkBad: values["bad-network"],
    progress: (kill, answered) => {
      if (kill % 10 === 0) console.log(`${kill} kills, ${answered} calls answered`);
    },
  });
  console.log({ ...report, seconds: Math.round((performance.now() - began) / 1000) });
  process.exitCode = report.mistakes.length === 0 ? 0 : 1;
} finally {
  await program.stop();
  // What the proxy has swallowed may keep halves of connections open for a while.
  process.exit();
}
