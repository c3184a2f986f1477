import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { enterAsGuest, errorsOf, nameOn, openPage, picture, strikeUntilOver, staged } from "./browser.js";

const { server, browser } = await staged();

test("two players live the whole story, and a server that is killed twice is only a pause to them", async () => {
  const li = await openPage(browser, server);
  const bai = await openPage(browser, server, { size: "phone" });
  await signUp(li, "李寻欢", "li@example.org");
  await enterAsGuest(bai);
  const guest = await nameOn(bai);
  assert.equal(await nameOn(li), "李寻欢", "the player has the name it signed up with");

  await powerCut(li, async () => {
    await winStage(li, 8);
  });
  await winFromDummy(li);
  await playTask(li);

  await challenge(li, guest);
  await bai.getByRole("button", { name: "应战" }).click();
  await bai.locator(".versus").waitFor();
  await li.locator(".versus").waitFor();
  await powerCut(li, async () => {
    await fightOut(li, bai);
  });
  await picture(li, "story-verdict");
  const winner = (await won(li)) ? li : bai;
  const rewarded = winner.locator(".over .amounts li");
  assert.ok((await rewarded.count()) > 0, "the winner sees its reward");
  await leaveArena(li);
  await leaveArena(bai);

  await craft(winner);
  await sendMail(li, guest, "后会有期", "擂台上多谢指教。");
  await readMail(bai, "后会有期");
  await picture(bai, "story-mail");
  assert.deepEqual(errorsOf(li), [], "the first page complains of nothing");
  assert.deepEqual(errorsOf(bai), [], "the second page complains of nothing");
});

/** Ends the server while something is done, starts it again, and waits until both are over. */
async function powerCut(witness: Page, meanwhile: () => Promise<void>): Promise<void> {
  await server.kill();
  await witness.locator(".pause").waitFor();
  const done = meanwhile();
  await server.begin();
  await done;
  await witness.locator(".pause").waitFor({ state: "detached" });
}

async function visit(page: Page, screen: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${screen}`);
}

async function signUp(page: Page, name: string, email: string): Promise<void> {
  await page.locator("summary").click();
  await page.getByLabel("邮箱").fill(email);
  await page.getByLabel("密码").fill("correct horse");
  await page.getByLabel("名号").fill(name);
  await page.locator(".gate-card .button-main[type=submit]").click();
  await page.locator(".node").first().waitFor();
}

/** Strikes with the keyboard until the stage is won, and takes the loot. */
async function winStage(page: Page, stage: number): Promise<void> {
  await visit(page, "map");
  await page.locator(".node", { hasText: String(stage) }).click();
  await page.locator("dialog .button-main").click();
  await page.locator(".arena").waitFor();
  await strikeUntilOver(page);
  await page.locator(".arena-end .button-main").click();
  await page.locator(".arena-end .amounts").waitFor();
  await page.locator(".arena-end .button-main").click();
}

async function winFromDummy(page: Page): Promise<void> {
  await challenge(page, "系统木人");
  await page.locator(".versus").waitFor();
  while ((await page.locator(".over").count()) === 0) await act(page);
  await leaveArena(page);
}

/** Makes a move, if it is this player's turn. */
async function act(page: Page): Promise<void> {
  const move = page.locator(".move .chip").first();
  if (!(await move.isVisible())) return;
  await move.click();
  await page.locator(".move button[type=submit]").click();
  await page.locator(".move form, .over, .move p").first().waitFor();
}

async function fightOut(one: Page, other: Page): Promise<void> {
  while ((await one.locator(".over").count()) === 0) {
    await act(one);
    await act(other);
  }
  await other.locator(".over").waitFor();
}

async function won(page: Page): Promise<boolean> {
  const score = await page.locator(".versus-score").innerText();
  const [mine = 0, theirs = 0] = score.split(":").map(Number);
  return mine > theirs;
}

async function leaveArena(page: Page): Promise<void> {
  await page.locator(".over .button-main").click();
  await page.locator(".lobby").waitFor();
}

async function challenge(page: Page, opponent: string): Promise<void> {
  await visit(page, "arena");
  const row = page.locator(".role", { hasText: opponent });
  await row.getByRole("button").click();
}

/** Takes the first task of the board and talks until the storyteller ends it. */
async function playTask(page: Page): Promise<void> {
  await visit(page, "tasks");
  await page.locator(".task .button").first().click();
  const underWay = page.locator(".tasks .notice");
  await underWay.waitFor();
  const words = ["看看四周", "问一问", "帮忙", "走", "打", "谈", "离开"];
  for (let turn = 0; (await underWay.count()) > 0; turn++) {
    const messages = await page.locator(".message").count();
    await page.locator(".chat-form input").fill(words[turn % words.length] ?? "走");
    await page.locator(".chat-form .button-main").click();
    await page
      .locator(".message")
      .nth(messages + 1)
      .waitFor();
  }
  await picture(page, "story-task");
}

async function craft(page: Page): Promise<void> {
  await visit(page, "craft");
  const forge = page.locator(".forge-skill");
  await forge.locator(".chip").first().click();
  await forge.locator(".button-main").click();
  await forge.locator(".forge-made").waitFor();
}

async function sendMail(page: Page, to: string, subject: string, body: string): Promise<void> {
  await visit(page, "mail");
  await page.getByRole("tab", { name: "写信" }).click();
  await page.getByLabel("收信人").fill(to);
  await page.getByLabel("题目").fill(subject);
  await page.getByLabel("正文").fill(body);
  await page.getByRole("button", { name: "放飞" }).click();
  await page.locator(".toast-good").waitFor();
}

async function readMail(page: Page, subject: string): Promise<void> {
  await visit(page, "mail");
  const letter = page.locator(".letter", { hasText: subject });
  await letter.getByRole("button").first().click();
  await letter.locator(".letter-body").waitFor();
  await page.locator(".letter:not(.letter-new)", { hasText: subject }).waitFor();
}
