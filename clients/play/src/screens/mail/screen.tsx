import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../art/icons.js";
import { useFresh } from "../../game/fresh.js";
import { mailArrived } from "../../state/news.js";
import { parseAmount } from "../../state/player.js";
import { Amounts } from "../../ui/amounts.js";
import { Button, Empty, Panel } from "../../ui/basics.js";
import { Confirm } from "../../ui/confirm.js";
import { rove } from "../../ui/rove.js";
import { Tabs } from "../../ui/tabs.js";
import { Compose } from "./compose.js";
import { Letter } from "./letter.js";
import { box, type Draft, holdsItems, isUnread, type Mail, markRead, refreshBox, removeRead, unread } from "./model.js";
import { mailTexts } from "./texts.js";

/** What lies over the list. */
type Open = { letter: string } | { draft: Partial<Draft> } | "tidying" | undefined;

export function MailScreen(): JSX.Element {
  const t = mailTexts();
  const [tab, setTab] = useState<"all" | "unread">("all");
  const [open, setOpen] = useState<Open>(undefined);
  useFresh(refreshBox, mailArrived);
  const { mail = [], max = 0 } = box.value ?? {};
  const shown = tab === "all" ? mail : mail.filter(isUnread);
  const letter = typeof open === "object" && "letter" in open && mail.find(({ key }) => key === open.letter);
  const close = (): void => {
    setOpen(undefined);
  };
  return (
    <Panel title={t.title} aside={<span class="hint">{t.full(mail.length, max)}</span>} class="mail">
      <div class="mail-tools">
        <Tabs
          label={t.title}
          chosen={tab}
          onChoose={setTab}
          tabs={[
            { id: "all", title: t.all },
            { id: "unread", title: t.unread, count: unread.value },
          ]}
        />
        <Button
          tone="quiet"
          icon="trash"
          disabled={mail.every(isUnread)}
          onPress={() => {
            setOpen("tidying");
          }}
        >
          {t.removeRead}
        </Button>
        <Button
          tone="main"
          icon="send"
          onPress={() => {
            setOpen({ draft: {} });
          }}
        >
          {t.write}
        </Button>
      </div>
      {box.value && shown.length === 0 && <Empty icon="mail">{tab === "all" ? t.empty : t.allRead}</Empty>}
      <ul class="mail-list" onKeyDown={rove}>
        {shown.map((one) => (
          <li key={one.key}>
            <Row
              mail={one}
              onOpen={() => {
                setOpen({ letter: one.key });
                void markRead(one);
              }}
            />
          </li>
        ))}
      </ul>
      {letter && (
        <Letter
          mail={letter}
          onReply={(draft) => {
            setOpen({ draft });
          }}
          onClose={close}
        />
      )}
      {typeof open === "object" && "draft" in open && <Compose draft={open.draft} onClose={close} />}
      {open === "tidying" && (
        <Confirm title={t.removeRead} action={t.remove} onConfirm={removeRead} onClose={close}>
          {t.removeReadHint}
        </Confirm>
      )}
    </Panel>
  );
}

function Row({ mail, onOpen }: { mail: Mail; onOpen: () => void }): JSX.Element {
  const t = mailTexts();
  return (
    <button type="button" data-rove class={`mail-row ${isUnread(mail) ? "mail-unread" : ""}`} onClick={onOpen}>
      <Icon name={holdsItems(mail) ? "chest" : "mail"} />
      <span class="mail-subject">
        {isUnread(mail) && <span class="visually-hidden">{t.isUnread} </span>}
        {mail.subj}
      </span>
      <small class="mail-from">{t.from(mail.from)}</small>
      <small class="mail-time">{mail.time.slice(0, 16)}</small>
      {holdsItems(mail) && <Amounts of={(mail.items ?? []).map(parseAmount)} />}
    </button>
  );
}
