import { computed } from "@preact/signals";
import { nowSeconds } from "../state/clock.js";
import { player } from "../state/player.js";
import { theClient } from "./session.js";

/** The player's energy at this second, counted by the client as the server does. */
export const energyNow = computed(() => {
  const moment = nowSeconds.value * 1000;
  return player.value === undefined ? undefined : theClient().energyAt(moment);
});
