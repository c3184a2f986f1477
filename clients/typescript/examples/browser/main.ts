/**
 * A page that counts energy by the second and sweeps. Several tabs may be open: each is a guest of its own.
 *
 *     npm run build && npx esbuild examples/browser/main.ts --bundle --format=esm --outdir=examples/browser --servedir=examples/browser
 */
import { CallError, Client } from "@raidkeep/client";
import type { State } from "@raidkeep/client";

const url = new URLSearchParams(location.search).get("server") ?? "ws://127.0.0.1:7350";
const client = new Client({ url, guest: guestOfThisTab(), name: "example-page", version: "1.0.0" });

const energyLine = element("energy");
const stateLine = element("state");
const button = element("sweep") as HTMLButtonElement;

client.onState(showState);
// After a gap, what is on the page may be out of date. The client itself asks again for the energy.
client.onGap(({ reason }) => {
  log(`events may be missing: ${reason}`);
});
client.on("mail_received", ({ subj }) => {
  log(`mail: ${subj}`);
});
button.addEventListener("click", () => void sweep());
setInterval(showEnergy, 250);
client.connect().catch((error: unknown) => {
  log(String(error));
});

async function sweep(): Promise<void> {
  button.disabled = true;
  try {
    const { reward } = await client.call("mopping_up_stage", { stage: 8 });
    log(`swept: ${reward.join(" ")}`);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    log(error.made === "no" ? error.message : `${error.message}. Look at the bag to see what happened.`);
  } finally {
    button.disabled = client.state.name !== "open";
  }
}

function showState(state: State): void {
  button.disabled = state.name !== "open";
  stateLine.textContent = state.name === "stopped" ? `stopped: ${state.error.message}` : state.name;
}

function showEnergy(): void {
  const energy = client.energyAt();
  if (energy === undefined) return;
  energyLine.textContent = energy.cooling < 0 ? `${energy.remain}` : `${energy.remain}, next in ${energy.cooling} s`;
}

/** A guest id for this tab. A real game keeps one for the device, and offers an account. */
function guestOfThisTab(): string {
  const guest = sessionStorage.getItem("guest") ?? crypto.randomUUID();
  sessionStorage.setItem("guest", guest);
  return guest;
}

function log(text: string): void {
  const line = document.createElement("li");
  line.textContent = text;
  element("log").prepend(line);
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}
