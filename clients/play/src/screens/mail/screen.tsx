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
import {
  box,
  claim,
  clearRead,
  EMPTY_DRAFT,
  holdsItems,
  isPlayers,
  isUnread,
  type Letter,
  read,
  refreshBox,
  remove,
  unread,
} from "./model.js";
import { mailTexts } from "./texts.js";
import { Write } from "./write.js";

export function MailScreen(): JSX.Element {
  const t = mailTexts();
  const [tab, setTab] = useState<"all" | "unread" | "write">("all");
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  useFresh(refreshBox, mailArrived);
  return (
    <div class="mail">
      <Tabs
        label={t.title}
        chosen={tab}
        onChoose={setTab}
        tabs={[
          { id: "all", title: t.all },
          { id: "unread", title: t.unread, count: unread.value },
          { id: "write", title: t.write },
        ]}
      />
      {tab === "write" ? (
        <Write draft={draft} onDraft={setDraft} />
      ) : (
        <BoxView
          key={tab}
          unreadOnly={tab === "unread"}
          onReply={({ from, subj }) => {
            setDraft({ to: from, subject: subj, body: "" });
            setTab("write");
          }}
        />
      )}
    </div>
  );
}

interface BoxViewProps {
  unreadOnly: boolean;
  onReply: (letter: Letter) => void;
}

function BoxView({ unreadOnly, onReply }: BoxViewProps): JSX.Element {
  const t = mailTexts();
  const [open, setOpen] = useState<string | undefined>(undefined);
  const [clears, setClears] = useState(false);
  const now = box.value;
  const all = now?.letters ?? [];
  // A letter that is read stays in sight while it is open.
  const letters = unreadOnly ? all.filter((one) => isUnread(one) || one.key === open) : all;
  return (
    <Panel
      title={t.box}
      aside={
        <span class="row">
          <span class="hint">{now && t.count(all.length, now.max)}</span>
          <Button
            tone="quiet"
            icon="trash"
            disabled={all.every(isUnread)}
            onPress={() => {
              setClears(true);
            }}
          >
            {t.clear}
          </Button>
        </span>
      }
    >
      {now && letters.length === 0 && <Empty icon="mail">{unreadOnly ? t.allRead : t.empty}</Empty>}
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
            onReply={() => {
              onReply(letter);
            }}
          />
        ))}
      </ul>
      {clears && (
        <Confirm
          title={t.clear}
          action={t.clear}
          onConfirm={clearRead}
          onClose={() => {
            setClears(false);
          }}
        >
          {t.clearHint}
        </Confirm>
      )}
    </Panel>
  );
}

interface LetterProps {
  letter: Letter;
  open: boolean;
  onOpen: () => void;
  onReply: () => void;
}

function LetterView({ letter, open, onOpen, onReply }: LetterProps): JSX.Element {
  const t = mailTexts();
  const amounts = (letter.items ?? []).map(parseAmount);
  const holds = holdsItems(letter);
  return (
    <li class={isUnread(letter) ? "letter letter-new" : "letter"}>
      <button type="button" data-rove class="letter-head" aria-expanded={open} onClick={onOpen}>
        <Icon name={holds ? "chest" : "mail"} />
        <span class="letter-subject">{letter.subj}</span>
        {isUnread(letter) && <span class="visually-hidden">{t.unreadMark}</span>}
        <small class="letter-from">{t.from(letter.from)}</small>
        <small class="letter-time">{letter.time.slice(0, 16)}</small>
        {holds && !open && <Amounts of={amounts} />}
      </button>
      {open && (
        <div class="letter-body">
          <p>{letter.body}</p>
          {amounts.length > 0 && (
            <div class={holds ? "row" : "row letter-taken"}>
              <span class="row-label">{t.attached}</span>
              <Amounts of={amounts} />
            </div>
          )}
          <div class="row">
            {amounts.length > 0 && (
              <Button tone="main" icon={holds ? "chest" : "check"} disabled={!holds} onPress={() => claim(letter)}>
                {holds ? t.claim : t.claimed}
              </Button>
            )}
            {isPlayers(letter) && (
              <Button icon="send" onPress={onReply}>
                {t.reply}
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
