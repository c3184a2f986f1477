import { signal } from "@preact/signals";
import type { AnswerOf } from "../../client/client.js";
import { act, ask } from "../../game/act.js";
import { onEnter } from "../../game/session.js";
import { toast } from "../../state/toasts.js";
import { shopTexts } from "./texts.js";

export type Offer = AnswerOf<"get_shop">["offers"][number];
export type Order = AnswerOf<"list_orders">["orders"][number];

export const offers = signal<readonly Offer[]>([]);
/** Orders that the platform has not settled yet. */
export const orders = signal<readonly Order[]>([]);

export interface Purse {
  money: number;
  /** All that was ever charged and paid; unknown of a purse that was never used. */
  charged: number | undefined;
  paid: number | undefined;
}

/** The points at the payment platform; undefined until it was asked. */
export const purse = signal<Purse | undefined>(undefined);
/** The last movements of points, the newest first. */
export const movements = signal<readonly Movement[]>([]);
/** The last cards, the newest first. */
export const usedCards = signal<readonly UsedCard[]>([]);
export const cardTypes = signal<readonly CardType[]>([]);

onEnter(() => {
  orders.value = [];
  purse.value = undefined;
  movements.value = [];
  usedCards.value = [];
});

export async function refreshShop(): Promise<void> {
  const [shown, open] = await Promise.all([ask("get_shop", {}), ask("list_orders", {}), refreshPurse()]);
  if (shown !== undefined) offers.value = shown.offers;
  if (open !== undefined) orders.value = open.orders;
}

export async function refreshPurse(): Promise<void> {
  const [money, record] = await Promise.all([ask("check_money", {}), ask("check_record", {})]);
  if (money !== undefined) purse.value = purseOf(money);
  if (record !== undefined) movements.value = movementsOf(record);
}

/** Asks for the cards; their types change so rarely that they are asked for once. */
export async function refreshCards(): Promise<void> {
  if (cardTypes.peek().length === 0) cardTypes.value = cardTypesOf(await ask("card_types", {}));
  const cards = await ask("check_card", {});
  if (cards !== undefined) usedCards.value = cardsOf(cards);
}

/** Buys an offer. What is paid late comes with an event. */
export async function buy({ id }: Offer): Promise<void> {
  const bought = await act("buy_item", { offer: id });
  if (bought !== undefined && "state" in bought && bought.state === "pending") toast("info", shopTexts().pending);
  await refreshShop();
}

/**
 * The rows of a platform's answer. The platform leaves them out, or writes an empty text, where there are none, and
 * numbers may be texts.
 */
export function rowsOf(data: unknown): Readonly<Record<string, string>>[] {
  if (!Array.isArray(data)) return [];
  return data
    .filter((row): row is object => typeof row === "object" && row !== null)
    .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])));
}

/** Reads `check_money`; a player whom the platform does not know has no points. */
export function purseOf(data: unknown): Purse {
  const [row] = rowsOf(data);
  const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
  return { money: number(row?.["money"]) ?? 0, charged: number(row?.["allcharge"]), paid: number(row?.["allpay"]) };
}

/** A movement of points. */
export interface Movement {
  /** Unix seconds. */
  at: number;
  text: string;
  money: number;
}

/** Reads `check_record`. */
export function movementsOf(data: unknown): Movement[] {
  return rowsOf(data).map(({ date, text, money }) => ({ at: Number(date), text: text ?? "", money: Number(money) }));
}

export interface UsedCard extends Movement {
  /** What became of it; 200 for one that was credited. */
  status: string;
}

/** Reads `check_card`; `text` is the card's number and `money` its worth in yuan. */
export function cardsOf(data: unknown): UsedCard[] {
  return rowsOf(data).map(({ date, num, money, status }) => ({
    at: Number(date),
    text: num ?? "",
    money: Number(money),
    status: status ?? "",
  }));
}

export interface CardType {
  id: number;
  name: string;
  /** Lengths of number and password; 0 = any. */
  numberLength: number;
  passwordLength: number;
  /** Points for one yuan, in percent. */
  rate: number;
}

/** Reads `card_types`, which names each type by letters. */
export function cardTypesOf(data: unknown): CardType[] {
  const [all] = Array.isArray(data) ? (data as unknown[]) : [];
  if (typeof all !== "object" || all === null) return [];
  return rowsOf(Object.values(all))
    .map(({ id, name, num, pwd, rate }) => ({
      id: Number(id),
      name: name ?? "",
      numberLength: Number(num),
      passwordLength: Number(pwd),
      rate: Number(rate),
    }))
    .sort((one, other) => one.id - other.id);
}

/** Whether number and password have the lengths of their type. */
export function fits({ numberLength, passwordLength }: CardType, number: string, password: string): boolean {
  const has = (text: string, length: number): boolean => (length === 0 ? text !== "" : text.length === length);
  return has(number, numberLength) && has(password, passwordLength);
}

/** Whether the platform took the card; it may still be verifying it. */
export async function charge(type: CardType, cnum: string, cpwd: string): Promise<boolean> {
  const taken = await act("charge", { ctype: type.id, cnum, cpwd });
  await Promise.all([refreshCards(), refreshPurse()]);
  if (taken !== undefined) toast("good", shopTexts().charged);
  return taken !== undefined;
}
