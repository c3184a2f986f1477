import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../art/icons.js";
import { useFresh } from "../../game/fresh.js";
import { mailArrived } from "../../state/news.js";
import { parseAmount } from "../../state/player.js";
import { Amounts } from "../../ui/amounts.js";
import { Button, Empty, Panel } from "../../ui/basics.js";
import { rove } from "../../ui/rove.js";
import { Tabs } from "../../ui/tabs.js";
import { box, claim, clearRead, type Letter, read, refreshBox, remove, unreadOnly } from "./model.js";
import { mailTexts } from "./texts.js";
import { Write } from "./write.js";

export function MailScreen(): JSX.Element {
  const t = mailTexts();
  const [tab, setTab] = useState<"all" | "unread" | "write">("all");
  useFresh(refreshBox, mailArrived);
  return (
    <div class="mail">
      <Tabs
        label={t.title}
        chosen={tab}
        onChoose={(next) => {
          setTab(next);
          unreadOnly.value = next === "unread";
          if (next !== "write") void refreshBox();
        }}
        tabs={[
          { id: "all", title: t.all },
          { id: "unread", title: t.unread },
          { id: "write", title: t.write },
        ]}
      />
      {tab === "write" ? <Write /> : <BoxView />}
    </div>
  );
}

function BoxView(): JSX.Element {
  const t = mailTexts();
  const [open, setOpen] = useState<string | undefined>(undefined);
  const now = box.value;
  const letters = now?.letters ?? [];
  return (
    <Panel
      title={t.box}
      aside={
        <span class="row">
          <span class="hint">{now && t.count(now.count.cur, now.count.max)}</span>
          <Button tone="quiet" icon="trash" onPress={clearRead}>
            {t.clear}
          </Button>
        </span>
      }
    >
      {letters.length === 0 && <Empty icon="mail">{t.empty}</Empty>}
      <ul class="letters" onKeyDown={rove}>
        {letters.map((letter) => (
          <LetterView
            key={letter.key}
            letter={letter}
            open={open === letter.key}
            onOpen={() => {
              setOpen(open === letter.key ? undefined : letter.key);
              void read(letter);
            }}
          />
        ))}
      </ul>
    </Panel>
  );
}

function LetterView({ letter, open, onOpen }: { letter: Letter; open: boolean; onOpen: () => void }): JSX.Element {
  const t = mailTexts();
  const items = letter.items ?? [];
  return (
    <li class={letter.read === 1 ? "letter" : "letter letter-new"}>
      <button type="button" data-rove class="letter-head" aria-expanded={open} onClick={onOpen}>
        <Icon name={items.length > 0 ? "chest" : "mail"} />
        <span class="letter-subject">{letter.subj}</span>
        {letter.read === 0 && <span class="visually-hidden">{t.unreadMark}</span>}
        <small>{t.from(letter.from)}</small>
        <small class="letter-time">{letter.time}</small>
      </button>
      {open && (
        <div class="letter-body">
          <p>{letter.body}</p>
          {items.length > 0 && <Amounts of={items.map(parseAmount)} />}
          <div class="row">
            {items.length > 0 && (
              <Button tone="main" disabled={letter.claimed === 1} onPress={() => claim(letter)}>
                {letter.claimed === 1 ? t.claimed : t.claim}
              </Button>
            )}
            <Button icon="trash" onPress={() => remove(letter)}>
              {t.remove}
            </Button>
          </div>
        </div>
      )}
    </li>
  );
}
