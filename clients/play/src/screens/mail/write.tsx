import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { catalog } from "../../state/catalog.js";
import { Button, Field, Panel } from "../../ui/basics.js";
import { Form } from "../../ui/form.js";
import { canSend, type Draft, EMPTY_DRAFT, lengthOf, othersOnline, send } from "./model.js";
import { mailTexts } from "./texts.js";

const NAMES_SHOWN = 6;

/** A letter to another player. A refusal of the server, such as a full box, leaves the draft as it is. */
export function Write({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }): JSX.Element {
  const t = mailTexts();
  const [online, setOnline] = useState<readonly string[] | undefined>(undefined);
  useEffect(() => {
    void othersOnline().then(setOnline);
  }, []);
  const { subjectMax, bodyMax, sentPerDay } = catalog.mail;
  return (
    <Panel title={t.write} aside={<span class="hint">{t.daily(sentPerDay)}</span>}>
      <Form label={t.write}>
        <Field
          label={t.to}
          value={draft.to}
          autocomplete="off"
          onValue={(to) => {
            onDraft({ ...draft, to });
          }}
        />
        {online && (
          <div class="chips" role="group" aria-label={t.online}>
            <span class="hint">{online.length > 0 ? t.online : t.nobody}</span>
            {online.slice(0, NAMES_SHOWN).map((name) => (
              <button
                key={name}
                type="button"
                class="chip"
                aria-pressed={name === draft.to}
                onClick={() => {
                  onDraft({ ...draft, to: name });
                }}
              >
                {name}
              </button>
            ))}
          </div>
        )}
        <Field
          label={t.subject}
          value={draft.subject}
          autocomplete="off"
          hint={t.length(lengthOf(draft.subject), subjectMax)}
          onValue={(subject) => {
            onDraft({ ...draft, subject });
          }}
        />
        <Field
          label={t.body}
          value={draft.body}
          lines={5}
          hint={t.length(lengthOf(draft.body), bodyMax)}
          onValue={(body) => {
            onDraft({ ...draft, body });
          }}
        />
        <Button
          tone="main"
          icon="send"
          type="submit"
          disabled={!canSend(draft)}
          onPress={async () => {
            if (await send(draft)) onDraft(EMPTY_DRAFT);
          }}
        >
          {t.send}
        </Button>
      </Form>
    </Panel>
  );
}
