import type { JSX } from "preact";
import { Icon } from "../../art/icons.js";
import { Portrait } from "../../art/portrait.js";
import { parseAmount } from "../../state/player.js";
import { Amounts } from "../../ui/amounts.js";
import { Button } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { claim, type Draft, holdsItems, type Mail, remove } from "./model.js";
import { mailTexts } from "./texts.js";

interface LetterProps {
  mail: Mail;
  onReply: (draft: Partial<Draft>) => void;
  onClose: () => void;
}

/** One mail, with what is enclosed. */
export function Letter({ mail, onReply, onClose }: LetterProps): JSX.Element {
  const t = mailTexts();
  const items = (mail.items ?? []).map(parseAmount);
  const holds = holdsItems(mail);
  return (
    <Dialog title={mail.subj} onClose={onClose}>
      <p class="letter-from">
        <Portrait of={mail.from} />
        <span>
          <b>{mail.from}</b>
          <small>{mail.time}</small>
        </span>
      </p>
      <p class="letter-body">{mail.body}</p>
      {items.length > 0 && (
        <div class={`letter-items ${holds ? "" : "letter-taken"}`}>
          <span class="row-label">{t.attached}</span>
          <Amounts of={items} />
          {!holds && (
            <span class="letter-claimed">
              <Icon name="check" />
              {t.claimed}
            </span>
          )}
        </div>
      )}
      <div class="row letter-actions">
        <Button
          tone="quiet"
          icon="trash"
          onPress={async () => {
            if (await remove(mail)) onClose();
          }}
        >
          {t.remove}
        </Button>
        <Button
          icon="send"
          onPress={() => {
            onReply({ to: mail.from, subject: mail.subj });
          }}
        >
          {t.reply}
        </Button>
        {holds && (
          <Button tone="main" icon="chest" onPress={() => claim(mail)}>
            {t.claim}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
