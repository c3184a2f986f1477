import type { JSX } from "preact";
import {
  bat,
  beast,
  blob,
  boar,
  drake,
  golem,
  hare,
  scorpion,
  serpent,
  snowman,
  spirit,
  toad,
  worm,
} from "./bodies.js";
import type { Body, Palette } from "./bodies.js";
import { figure } from "./figure.js";

type Creature = readonly [Body, Palette];

const MONSTERS: Readonly<Record<string, Creature>> = {
  slime: [blob, ["#7fcf8e", "#3f8f63", "#d8f7d6", "#ffffff"]],
  horned_hare: [hare, ["#d9c3a2", "#a3835c", "#f6ead4", "#e0574a"]],
  boar: [boar, ["#8b6a52", "#5b4233", "#b9957a", "#f2c14e"]],
  wolf: [beast, ["#8793a0", "#566371", "#c6d0d8", "#f2c14e"]],
  bandit: [figure({ head: "bandana", hand: "sword" }), ["#6d5a49", "#463a30", "#8d7660", "#b8402f"]],
  bandit_archer: [figure({ head: "hood", hand: "bow" }), ["#54704f", "#37502f", "#7c9670", "#c98f4a"]],
  bandit_leader: [figure({ head: "horns", hand: "club", girth: 1.35 }), ["#7a3f36", "#512822", "#c9b48c", "#efc154"]],
  cave_bat: [bat, ["#6b5a86", "#463a5e", "#a592c4", "#ffe9a8"]],
  kobold_miner: [
    figure({ head: "ears", hand: "pick", girth: 0.85, skin: "#b98a5e" }),
    ["#8a6a3f", "#5f4728", "#b8935e", "#e2b14a"],
  ],
  rock_golem: [golem, ["#8a8478", "#5d584f", "#b9b3a5", "#7fd6e6"]],
  mine_overseer: [figure({ head: "helmet", hand: "whip", girth: 1.3 }), ["#5a4a6a", "#3a2f48", "#9a8db0", "#e2b14a"]],
  poison_toad: [toad, ["#7fa84a", "#4f7329", "#cbe38a", "#f4e04d"]],
  lizardman: [figure({ head: "lizard", hand: "sword", skin: "#5f9a6a" }), ["#5f9a6a", "#3a6b47", "#e3e08a", "#c9753a"]],
  bog_witch: [figure({ head: "witch", hand: "staff", skin: "#b8c98a" }), ["#4d4668", "#332d4a", "#d6f28a", "#8fdc5a"]],
  hydra: [serpent, ["#4f9a8a", "#2f6b62", "#b6e3c9", "#f2c14e"]],
  snow_wolf: [beast, ["#dfe9f2", "#a4b8ca", "#ffffff", "#57b5e8"]],
  frost_spirit: [spirit, ["#a9dcf2", "#5fa6d0", "#f2fcff", "#ffffff"]],
  yeti: [figure({ head: "fur", girth: 1.5, skin: "#8fa8bf" }), ["#e6eef5", "#b3c4d3", "#ffffff", "#8fa8bf"]],
  frost_drake: [drake, ["#7fb8dc", "#4b7fae", "#d8eefa", "#fff2a8"]],
  sand_scorpion: [scorpion, ["#c98f4a", "#8f5d2a", "#f0cf96", "#e0574a"]],
  desert_raider: [figure({ head: "hood", hand: "sword" }), ["#b98d55", "#8a5f35", "#e0bd88", "#7a3f36"]],
  mummy: [figure({ head: "bandages", skin: "#6f6550" }), ["#d9cda8", "#a8996f", "#f0e8cc", "#e0574a"]],
  sand_worm: [worm, ["#c79a62", "#8f683a", "#e6c79a", "#fff3d6"]],
  stone_guardian: [golem, ["#9a9488", "#6b665c", "#c8c3b6", "#e8b65a"]],
  iron_guardian: [
    figure({ head: "helmet", hand: "shield", girth: 1.3, skin: "#39424c" }),
    ["#6f8192", "#485866", "#b9c8d4", "#e8b65a"],
  ],
  flame_guardian: [spirit, ["#f08a3c", "#c44a22", "#ffe08a", "#fff6d6"]],
  thunder_guardian: [golem, ["#5d6f9f", "#3b4a76", "#a9bdf0", "#ffe45c"]],
  tower_keeper: [figure({ head: "crown", hand: "staff", girth: 1.2 }), ["#5a3f7a", "#3a2752", "#d8c6f0", "#57d0c0"]],
  coin_goblin: [
    figure({ head: "ears", hand: "sack", girth: 0.8, skin: "#8fb35a" }),
    ["#a9824f", "#75572f", "#8fb35a", "#eab54d"],
  ],
  fat_coin_goblin: [
    figure({ head: "ears", hand: "sack", girth: 1.5, skin: "#8fb35a" }),
    ["#8f3f4f", "#632735", "#8fb35a", "#eab54d"],
  ],
  coin_goblin_king: [
    figure({ head: "crown", hand: "sack", girth: 1.55, skin: "#8fb35a" }),
    ["#a9782b", "#75501a", "#8fb35a", "#cf4f39"],
  ],
  exp_wisp: [spirit, ["#9fe3c4", "#57b594", "#f0fff8", "#ffffff"]],
  exp_spirit: [spirit, ["#7fb4f2", "#4a7fc4", "#e6f2ff", "#ffffff"]],
  elder_exp_spirit: [spirit, ["#c49ff0", "#8a5fc4", "#f6ecff", "#ffffff"]],
  lantern_imp: [
    figure({ head: "horns", hand: "lantern", girth: 0.85, skin: "#d8604a" }),
    ["#8f2f20", "#5f1d12", "#ffd08a", "#f08a3c"],
  ],
  snowman: [snowman, ["#eef4f9", "#c2d2df", "#ffffff", "#cf4f39"]],
  nian: [beast, ["#c9483a", "#8f2a20", "#f2c14e", "#ffe9a8"]],
};

const BOSSES: readonly Creature[] = [
  [blob, ["#5fc98f", "#2a8a63", "#d8f7d6", "#ffe45c"]],
  [beast, ["#7a3f4f", "#4a2230", "#c98a96", "#ff5a4a"]],
  [golem, ["#4a3a3a", "#2c2222", "#8a5a4a", "#ff7a2c"]],
  [toad, ["#6a8f3a", "#3f5f1f", "#d6f28a", "#e05ad0"]],
  [drake, ["#9fd0ec", "#4f8fc0", "#f2fcff", "#57b5e8"]],
  [scorpion, ["#d8a04a", "#96602a", "#fbe3a1", "#e0402f"]],
  [golem, ["#5a6fb0", "#36467f", "#b3c4fb", "#ffe45c"]],
  [serpent, ["#3f6f9a", "#23456b", "#9fd0ec", "#57f0d0"]],
  [
    figure({ head: "horns", hand: "staff", girth: 1.45, skin: "#c9483a" }),
    ["#7a2a1f", "#4a1610", "#f2a04a", "#ffb02c"],
  ],
  [drake, ["#4a3f6a", "#2a2244", "#8f7fc4", "#ff4a6a"]],
  [spirit, ["#6a4a9a", "#33205f", "#e0c8ff", "#ff5ad0"]],
];

/** A monster of the stages by its id; one that the page does not know is a shadow. */
export function Monster({ id }: { id: string }): JSX.Element {
  const boss = /^boss_(\d+)$/.exec(id)?.[1];
  if (boss !== undefined) return <Boss place={Number(boss)} />;
  return draw(MONSTERS[id] ?? [blob, ["#5d6672", "#3d444e", "#8b96a3", "#ffffff"]], "monster");
}

/** A world boss by its place in the roster, from 0. */
export function Boss({ place }: { place: number }): JSX.Element {
  const creature = BOSSES[place % BOSSES.length];
  return creature === undefined ? <Monster id="slime" /> : draw(creature, "monster monster-boss");
}

function draw([body, palette]: Creature, name: string): JSX.Element {
  return (
    <svg class={name} viewBox="0 0 100 100" aria-hidden="true">
      <ellipse cx="50" cy="92" rx="36" ry="5" fill="#000" opacity=".28" />
      {body(palette)}
    </svg>
  );
}
