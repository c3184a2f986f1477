import { signal } from "@preact/signals";
import type { AnswerOf } from "../../client/client.js";
import { act, ask } from "../../game/act.js";
import { parseAmount } from "../../state/player.js";
import { toast } from "../../state/toasts.js";
import { itemName } from "../../texts/names.js";
import { locale } from "../../texts/texts.js";
import { shopTexts } from "./texts.js";

export type Offer = AnswerOf<"get_shop">["offers"][number];
export type Order = AnswerOf<"list_orders">["orders"][number];

/** A kind of card, as the platform lists it. `num` and `pwd` are the lengths of number and password, 0 any. */
export interface CardKind {
  id: number;
  name: string;
  num: number;
  pwd: number;
}

/** A line of the platform's records, in its own words. */
export type PlatformRow = Readonly<Record<string, string>>;

export const offers = signal<readonly Offer[]>([]);
export const orders = signal<readonly Order[]>([]);
/** The points that the platform holds; undefined until it was asked. */
export const points = signal<string | undefined>(undefined);
export const records = signal<readonly PlatformRow[]>([]);
export const cardKinds = signal<readonly CardKind[]>([]);
export const cardRecords = signal<readonly PlatformRow[]>([]);

/** What an offer is called. The server names it in Chinese; one of a single item has an English name of its own. */
export function offerName({ name, items }: Offer): string {
  const [only, ...more] = items.map(parseAmount);
  if (locale.value === "zh" || only === undefined || more.length > 0) return name;
  return `${only.quantity.toLocaleString("en-US")} ${itemName(only.item)}`;
}

export async function refreshShop(): Promise<void> {
  const [shop, open] = await Promise.all([ask("get_shop", {}), ask("list_orders", {})]);
  if (shop !== undefined) offers.value = shop.offers;
  if (open !== undefined) orders.value = open.orders;
  await refreshPurse();
}

/** Asks the platform, which says nothing for a player whom it does not know yet. */
export async function refreshPurse(): Promise<void> {
  const [money, movements] = await Promise.all([ask("check_money", {}), ask("check_record", {})]);
  if (money !== undefined) points.value = rowsOf(money)[0]?.["money"] ?? "0";
  if (movements !== undefined) records.value = rowsOf(movements);
}

export async function refreshCards(): Promise<void> {
  if (cardKinds.peek().length === 0) {
    const kinds = await ask("card_types", {});
    cardKinds.value = kindsOf(kinds);
  }
  const charged = await ask("check_card", {});
  if (charged !== undefined) cardRecords.value = rowsOf(charged);
}

export async function buy(offer: Offer): Promise<void> {
  const bought = await act("buy_item", { offer: offer.id });
  if (bought === undefined) return;
  const state = "state" in bought ? bought.state : "";
  toast(
    state === "pending" ? "info" : "good",
    state === "pending" ? shopTexts().pending : shopTexts().granted(offerName(offer)),
  );
  await refreshShop();
}

export async function charge(ctype: number, cnum: string, cpwd: string): Promise<boolean> {
  const charged = await act("charge", { ctype, cnum, cpwd });
  await Promise.all([refreshCards(), refreshPurse()]);
  if (charged === undefined) return false;
  toast("good", shopTexts().charged);
  return true;
}

/** The platform answers with a list, with a single object, or with an empty text. */
export function rowsOf(data: unknown): PlatformRow[] {
  const list = Array.isArray(data) ? data : [data];
  return list.filter(isObject).map((row) => {
    const entries = Object.entries(row).filter(([, value]) => typeof value !== "object");
    return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
  });
}

function kindsOf(data: unknown): CardKind[] {
  const kinds: unknown = Array.isArray(data) ? data[0] : data;
  if (!isObject(kinds)) return [];
  return Object.values(kinds)
    .filter(isObject)
    .map(({ id, name, num, pwd }) => ({ id: Number(id), name: String(name), num: Number(num), pwd: Number(pwd) }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
